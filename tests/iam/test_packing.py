"""Packed policies are few, small, stable, and say what the policies said."""

import json
import random
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.errors import ConfigError, UnequalPacking
from guardrails.iam import Policies, Request, evaluate, packing
from guardrails.iam.document import minified
from guardrails.iam.grammar import SERVICE_CONTROL, flaws
from guardrails.iam.packing import Pack, heaviest, pack
from guardrails.iam.policies import Level, NamedPolicy

TRUSTED = {"ArnNotLike": {"aws:PrincipalArn": ["arn:*:iam::*:role/deployer", "arn:*:iam::*:role/break-glass"]}}
MAX = 10_240


def _policy(name: str, *statements: dict[str, Any]) -> NamedPolicy:
    whole = [{"Sid": f"S{index}", "Effect": "Deny", "Resource": "*"} | one for index, one in enumerate(statements)]
    origins = tuple((f"{name}.yaml:{10 + index}",) for index in range(len(whole)))
    return NamedPolicy(name, {"Version": "2012-10-17", "Statement": whole}, SERVICE_CONTROL, origins)


def _hundred(edited: int | None = None) -> list[NamedPolicy]:
    """A hundred statements in 25 policies, of several services, resources and conditions; one may be edited."""
    chance = random.Random(7)
    statements: list[dict[str, Any]] = []
    for number in range(100):
        service = chance.choice(["s3", "ec2", "iam", "kms", "logs"])
        verbs = chance.sample(["Get", "Put", "Delete", "Create", "Update"], 3)
        statement = {
            "Action": [
                f"{service}:{verb}{noun}" for verb, noun in product(verbs, [f"Object{number}", f"Thing{number}*"])
            ],
            "Resource": chance.choice(["*", f"arn:aws:{service}:*:*:thing/{number}*"]),
            "Condition": chance.choice(
                [TRUSTED, TRUSTED | {"StringNotEquals": {"aws:RequestedRegion": f"r-{number}"}}]
            ),
        }
        statements.append(statement)
    if edited is not None:
        statements[edited]["Action"].append("sqs:DeleteQueue")
    return [_policy(f"policy-{index}", *statements[index * 4 : index * 4 + 4]) for index in range(25)]


def _documents(packs: tuple[Pack, ...]) -> dict[int, str]:
    return {each.number: minified(each.document) for each in packs}


def test_a_hundred_statements_fit_into_the_fewest_documents() -> None:
    """They take as many documents as their merged size needs, each within the limit and one that AWS takes, with unique Sids."""
    packs = pack(_hundred(), MAX)
    sizes = [len(text) for text in _documents(packs).values()]
    assert max(sizes) <= MAX
    assert len(packs) == -(-sum(sizes) // MAX)
    assert [list(flaws(each.document, SERVICE_CONTROL)) for each in packs] == [[]] * len(packs)
    assert {name for each in packs for name in each.policies} == {policy.name for policy in _hundred()}
    places = {place for each in packs for origin in each.origins for place in origin}
    assert places == {place for policy in _hundred() for origin in policy.origins for place in origin}


def test_an_edit_moves_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement of a hundred edited, or a policy more: one document of a dozen changes, two more where it ran over."""
    monkeypatch.setattr(packing, "difference", lambda *each: "")
    before = _documents(pack(_hundred(), MAX // 4))
    assert len(before) > 10
    more = [*_hundred(), _policy("one-more", {"Action": "sqs:*", "Condition": TRUSTED | {"Bool": {"aws:x": "true"}}})]
    changed = []
    for policies in (_hundred(0), _hundred(33), _hundred(90), more):
        after = _documents(pack(policies, MAX // 4))
        changed.append(sum(before.get(number) != after.get(number) for number in before.keys() | after.keys()))
    assert sorted(changed) == [1, 1, 1, 3]


def test_packing_is_the_same_from_run_to_run() -> None:
    """Nothing depends on chance."""
    few = _hundred()[:5]
    assert pack(few, MAX // 4) == pack(few, MAX // 4)


def test_a_statement_larger_than_a_policy_is_split() -> None:
    """By its longer list; each part fits, and together they say the same, which the check makes sure of."""
    actions = [f"s3:Action{number}" for number in range(20)]
    resources = [f"arn:aws:s3:::amzn-s3-demo-bucket-{number}" for number in range(12)]
    packs = pack([_policy("large", {"Action": actions, "Resource": resources})], 600)
    statements = [statement for each in packs for statement in each.document["Statement"]]
    assert max(len(text) for text in _documents(packs).values()) <= 600
    assert len({statement["Sid"] for statement in statements}) == len(statements)
    assert {origin for each in packs for origin in each.origins} == {("large.yaml:10",)}


def test_what_cannot_be_split_is_refused_with_its_place() -> None:
    """NotAction, NotResource and conditions stay whole: too large, all of them are named with file and line."""
    many = [f"s3:Action{number}" for number in range(60)]
    policy = _policy("large", {"NotAction": many}, {"Action": "s3:*", "Condition": {"StringLike": {"aws:x": many}}})
    with pytest.raises(ConfigError) as caught:
        pack([policy], 500)
    assert [(p.file, p.line) for p in caught.value.problems] == [("large.yaml", 10), ("large.yaml", 11)]
    assert "has 887" in caught.value.problems[0].message


def test_a_statement_without_a_sid_gets_one() -> None:
    """It is named after its policy, in the letters that AWS takes."""
    policy = NamedPolicy(
        "deny all-of_it", {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    )
    (only,) = pack([policy], MAX)
    assert only.document["Statement"][0]["Sid"] == "DenyAllOfIt1"


def test_a_packing_that_decides_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were there a defect in merging, the evaluator would find it, and nothing would be packed."""
    monkeypatch.setattr(packing, "merged", lambda statements: statements[:1])
    with pytest.raises(UnequalPacking, match=r"packing a would change what they decide: sqs:SendMessage"):
        pack([_policy("a", {"Action": "s3:*"}, {"Action": "sqs:SendMessage"})], MAX)


def test_values_that_come_later_are_measured_and_judged_by_their_stand_ins() -> None:
    """The packed documents hold them as they were; what counts is how long they will be."""
    policy = _policy(
        "late", {"Action": "s3:*", "Resource": "\u27e6x\u27e7"}, {"Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:x"}
    )

    def filled(document: Any) -> Any:
        return json.loads(minified(document).replace("\u27e6x\u27e7", f"arn:aws:s3:::{'long' * 30}"))

    assert len(pack([policy], 300, filled)) == 2
    assert "\u27e6x\u27e7" in minified([each.document for each in pack([policy], 300, filled)])  # type: ignore[arg-type]


def test_the_heaviest_statements_come_first() -> None:
    """With their size, policy, Sid and place."""
    policy = _policy("a", {"Action": "s3:*"}, {"Sid": "Long", "Action": ["s3:GetObject", "s3:PutObject"]})
    found = heaviest([policy], lambda document: document)
    assert [(what, place) for _, what, place in found] == [("a / Long", "a.yaml:11"), ("a / S0", "a.yaml:10")]
    assert found[0][0] == len(minified(policy.document["Statement"][1]))


ACTIONS = ["s3:a", "s3:b", "s3:*", "sqs:a", "sqs:?", "*"]
RESOURCES = ["*", "arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:s3:::${aws:username}"]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringLike": {"aws:x": ["a", "b*"]}},
    {"StringNotLikeIfExists": {"aws:x": "a"}},
]


@st.composite
def _statements(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(["Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    return {
        "Effect": draw(st.sampled_from(["Deny", "Deny", "Deny", "Allow"])),
        action: draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3)),
        resource: draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)),
        "Condition": draw(st.sampled_from(CONDITIONS)),
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_statements(), min_size=1, max_size=4), min_size=1, max_size=4))
def test_packed_is_unpacked(policies: list[list[dict[str, Any]]]) -> None:
    """Whatever the statements, every request is decided by the packed documents as by the policies."""
    given_ones = [
        NamedPolicy(f"p{index}", {"Version": "2012-10-17", "Statement": statements})
        for index, statements in enumerate(policies)
    ]
    packs = pack(given_ones, 600)
    before, after = (
        Level("", tuple(NamedPolicy("", each.document) for each in every)) for every in (given_ones, packs)
    )
    contexts: list[dict[str, Any]] = [{"aws:x": x, "aws:username": "a/b"} for x in ("a", "bb", "c", ())]
    resources = ["*", "arn:aws:s3:::a", "arn:aws:s3:::a/b", "arn:aws:s3:::c"]
    for action, resource, context in product(["s3:a", "s3:c", "sqs:a", "sqs:cc", "ec2:a"], resources, contexts):
        request = Request("arn:aws:iam::111122223333:user/x", action, resource, context)
        first, second = (evaluate(request, Policies(scps=(level,))).outcome for level in (before, after))
        assert first == second
