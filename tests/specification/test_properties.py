"""What is true of every policy: how answers change, or do not, when statements are added, moved, split, or turned around."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.iam import FULL, Decision, Level, NamedPolicy, Policies, Request, evaluate
from guardrails.iam.grammar import IDENTITY

TAG, KEYS, VPC = "aws:PrincipalTag/team", "aws:TagKeys", "aws:SourceVpc"
ROLE = "arn:aws:iam::111111111111:role/R"
ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "ec2:RunInstances"])
RESOURCES = st.sampled_from(
    ["*", "arn:aws:s3:::red/k", "arn:aws:s3:::blue/k", "arn:aws:ec2:eu-west-1:111111111111:instance/i-1"]
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    TAG: st.sampled_from(["red", "blue", ()]),
    KEYS: st.sampled_from([("red",), ("red", "green"), ("",), ()]),
    VPC: st.sampled_from(["vpc-1", "vpc-2", ()]),
}
CONTEXTS = st.fixed_dictionaries({}, optional=dict(VALUES))
ACTION_LISTS = st.lists(
    st.sampled_from(["*", "s3:*", "s3:Get*", "S3:PUTOBJECT", "ec2:Run?nstances", "none:None"]), min_size=1, max_size=2
)
RESOURCE_LISTS = st.lists(
    st.sampled_from(
        [
            "*",
            "arn:aws:s3:::*",
            "arn:aws:s3:::red/*",
            "arn:aws:s3:::${aws:PrincipalTag/team}/*",
            "arn:aws:s3:::${aws:PrincipalTag/team, 'red'}/*",
        ]
    ),
    min_size=1,
    max_size=2,
)
TESTS = st.one_of(
    st.tuples(
        st.sampled_from(["StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringNotLikeIfExists"]),
        st.sampled_from([TAG, VPC]),
        st.lists(
            st.sampled_from(["red", "vpc-1", "${aws:PrincipalTag/team}", "${aws:SourceVpc, 'red'}"]),
            min_size=1,
            max_size=2,
        ),
    ),
    st.tuples(
        st.sampled_from(
            [
                "ForAllValues:StringEquals",
                "ForAnyValue:StringEquals",
                "ForAnyValue:StringNotEquals",
                "ForAllValues:StringNotLike",
            ]
        ),
        st.just(KEYS),
        st.lists(st.sampled_from(["red", "green", "${aws:PrincipalTag/team}"]), min_size=1, max_size=2),
    ),
    st.tuples(
        st.just("Null"),
        st.sampled_from([TAG, KEYS, VPC]),
        st.lists(st.sampled_from(["true", "false"]), min_size=1, max_size=1),
    ),
)
Statement = dict[str, Any]


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny")) -> Statement:
    body: Statement = {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(ACTION_LISTS),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(RESOURCE_LISTS),
    }
    tests = draw(st.lists(TESTS, max_size=2))
    if tests:
        body["Condition"] = {}
        for operator, key, values in tests:
            body["Condition"].setdefault(operator, {})[key] = values
    return body


LISTS = st.lists(statements(), min_size=1, max_size=4)
REQUESTS = st.builds(
    lambda action, resource, context: Request(ROLE, action, resource, context), ACTIONS, RESOURCES, CONTEXTS
)
few = settings(max_examples=60)


def policy(*body: Statement, kind: str = "SERVICE_CONTROL_POLICY") -> NamedPolicy:
    return NamedPolicy("p", {"Version": "2012-10-17", "Statement": list(body)}, kind)


def asked(request: Request, *body: Statement) -> Decision:
    """What a level with these statements alone decides, under a root that allows everything."""
    return evaluate(request, Policies(scps=(Level("Root", (FULL,)), Level("Unit", (policy(*body),)))))


def answer(decision: Decision) -> tuple[str, frozenset[str]]:
    return decision.outcome, decision.depends


@few
@given(REQUESTS, LISTS, statements(("Deny",)))
def test_adding_a_deny_never_allows(request: Request, body: list[Statement], added: Statement) -> None:
    """What was not allowed stays so, and what was explicitly denied stays explicitly denied."""
    before, after = asked(request, *body), asked(request, *body, added)
    assert after.outcome in (before.outcome, "explicitDeny")


@few
@given(REQUESTS, LISTS, statements(("Allow",)))
def test_adding_an_allow_never_denies(request: Request, body: list[Statement], added: Statement) -> None:
    """What was allowed stays so, and what was explicitly denied stays so."""
    before, after = asked(request, *body), asked(request, *body, added)
    assert after.outcome in (before.outcome, "allowed")
    assert (after.outcome == "explicitDeny") == (before.outcome == "explicitDeny")


@few
@given(REQUESTS, statements(("Deny",)))
def test_negated_elements_are_complements(request: Request, body: Statement) -> None:
    """A statement and the same with Action and NotAction (or Resource and NotResource) exchanged: one speaks of a request, not both."""
    plain = {key: value for key, value in body.items() if key != "Condition"}
    for element in ("Action", "Resource"):
        turned = {
            (key.removeprefix("Not") if key == f"Not{element}" else f"Not{element}" if key == element else key): value
            for key, value in plain.items()
        }
        both = evaluate(request, Policies(scps=(Level("Root", (FULL, policy(plain), policy(turned))),)))
        one, other = (
            evaluate(request, Policies(scps=(Level("Root", (FULL, policy(each))),))) for each in (plain, turned)
        )
        rest = {key: value for key, value in plain.items() if not key.endswith(element)} | {element: "*"}
        whole = evaluate(request, Policies(scps=(Level("Root", (FULL, policy(rest))),)))
        assert both.outcome == whole.outcome
        if not one.depends | other.depends:
            assert [one.outcome, other.outcome].count("explicitDeny") == (whole.outcome == "explicitDeny")


@few
@given(REQUESTS, LISTS, st.randoms(use_true_random=False))
def test_order_does_not_matter(request: Request, body: list[Statement], random: Any) -> None:
    """Statements, values, actions, resources and keys may stand in any order."""
    mixed = [_mixed(each, random) for each in random.sample(body, len(body))]
    assert answer(asked(request, *body)) == answer(asked(request, *mixed))


def _mixed(value: Any, random: Any) -> Any:
    if isinstance(value, dict):
        return {key: _mixed(inner, random) for key, inner in random.sample(list(value.items()), len(value))}
    return random.sample(value, len(value)) if isinstance(value, list) else value


@few
@given(REQUESTS, LISTS, st.integers(0, 4))
def test_one_policy_or_two(request: Request, body: list[Statement], at: int) -> None:
    """The same statements in one document, or in two at the same level, in either order, decide the same."""
    parts = [policy(*part) for part in (body[:at], body[at:]) if part]
    for policies in (parts, parts[::-1]):
        split = evaluate(request, Policies(scps=(Level("Root", (FULL,)), Level("Unit", tuple(policies)))))
        assert answer(split) == answer(asked(request, *body))


@few
@given(REQUESTS, LISTS, LISTS, st.data())
def test_an_answer_that_depends_on_nothing_stands(
    request: Request, body: list[Statement], own: list[Statement], data: st.DataObject
) -> None:
    """Where `depends` is empty, no value of any key that was not given changes the answer; else the keys that may are among it."""
    policies = Policies(
        scps=(Level("Root", (FULL,)), Level("Unit", (policy(*body),))), identity=(policy(*own, kind=IDENTITY),)
    )
    decision = evaluate(request, policies)
    missing = {
        key: data.draw(values)
        for key, values in VALUES.items()
        if key not in request.context and key.lower() not in decision.depends
    }
    filled = Request(ROLE, request.action, request.resource, {**request.context, **missing, "unrelated:Key": "x"})
    if not decision.depends:
        assert answer(evaluate(filled, policies)) == answer(decision)
    else:
        assert evaluate(filled, policies).outcome == decision.outcome


@few
@given(REQUESTS, LISTS)
def test_a_key_that_is_certainly_absent(request: Request, body: list[Statement]) -> None:
    """Saying that every missing key is absent leaves the outcome as it was, and makes it certain."""
    absent: dict[str, Any] = {key: () for key in VALUES if key not in request.context}
    certain = asked(Request(ROLE, request.action, request.resource, {**request.context, **absent}), *body)
    assert answer(certain) == (asked(request, *body).outcome, frozenset())


@few
@given(REQUESTS, LISTS, LISTS)
def test_each_further_policy_type_only_takes_away(
    request: Request, body: list[Statement], own: list[Statement]
) -> None:
    """A boundary, a session policy or a level of SCPs more never allows what was not allowed without it."""
    identity, more = (policy(*body, kind=IDENTITY),), policy(*own, kind=IDENTITY)
    before = evaluate(request, Policies(identity=identity))
    for limited in (
        Policies(identity=identity, boundary=more),
        Policies(identity=identity, session=(more,)),
        Policies(scps=(Level("Root", (policy(*own),)),), identity=identity),
    ):
        after = evaluate(request, limited)
        assert after.outcome != "allowed" or before.outcome == "allowed"
        assert before.outcome != "explicitDeny" or after.outcome == "explicitDeny"
