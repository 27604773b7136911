import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine.resource import Address, Ref, refs_in
from guardrails.errors import ConfigError
from guardrails.iam import FULL_AWS_ACCESS, Level, NamedPolicy, Policies, evaluate
from guardrails.iam.context import Request
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy, Example
from guardrails.library.policies import Parameter

FACTS: dict[str, Any] = {
    "prefix": "acme",
    "governed_regions": ["eu-west-1", "eu-central-1"],
    "trusted_principals": ["arn:*:iam::*:role/Deployer", "arn:*:iam::*:role/stacksets-exec-*"],
}
DENY = {"Sid": "One", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}


def source(
    *statements: dict[str, Any], parameters: tuple[Parameter, ...] = (), exempt_reason: str = "", name: str = "p"
) -> AuthorizationPolicy:
    return AuthorizationPolicy(
        id=name,
        kind="scp",
        title="T",
        description="D",
        severity="low",
        frameworks={},
        source="https://docs.aws.amazon.com/",
        parameters={parameter.name: parameter for parameter in parameters},
        statements=statements,
        examples=(Example("e", {}, "allowed"),),
        exempt_reason=exempt_reason,
        file="p.yaml",
    )


def outcome(document: dict[str, Any], role: str = "Admin", path: str = "", account: str = "111111111111") -> str:
    levels = [Level("Root", (NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS), NamedPolicy("p", document)))]
    request = Request(f"arn:aws:iam::{account}:role/{role}", "s3:GetObject", organization_path=path)
    return evaluate(request, Policies(scps=tuple(levels))).outcome


def test_render_fills_expressions_and_exempts() -> None:
    """Expressions take parameters and facts, a list is spliced in, and every Deny lets trusted principals alone."""
    statement = {
        **DENY,
        "Resource": ["arn:aws:s3:::{{ prefix }}-{{ bucket }}", "{{ more }}"],
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "{{ governed_regions }}"}},
    }
    parameters = (Parameter("bucket", "string", "d"), Parameter("more", "list", "d", []))
    rendered = source(statement, parameters=parameters).render({"bucket": "logs", "more": ["arn:aws:s3:::x"]}, FACTS)
    assert rendered == {
        "Version": "2012-10-17",
        "Statement": [
            {
                **DENY,
                "Resource": ["arn:aws:s3:::acme-logs", "arn:aws:s3:::x"],
                "Condition": {
                    "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]},
                    "ArnNotLike": {"aws:PrincipalArn": FACTS["trusted_principals"]},
                },
            }
        ],
    }
    assert outcome(rendered, role="Deployer") == "allowed"


def test_an_exemption_joins_those_of_the_file() -> None:
    """Principals that the file lets alone itself are let alone still, beside the trusted ones."""
    statement = {**DENY, "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:*:iam::*:role/Own"}}}
    rendered = source(statement).render({}, FACTS)
    assert [outcome(rendered, role) for role in ("Own", "stacksets-exec-1", "Admin")] == [
        "allowed",
        "allowed",
        "explicitDeny",
    ]


def test_a_written_reason_keeps_trusted_principals_bound() -> None:
    """With `exempt: false` and its reason nothing is added."""
    assert source(DENY, exempt_reason="because").render({}, FACTS)["Statement"] == [DENY]


def test_late_values_pass_through() -> None:
    """A reference to a value that AWS has not given yet comes out as it went in."""
    late = Ref(Address("AWS::Organizations::Account", 'log "archive" {{ x }}'))
    facts = {**FACTS, "account": str(late)}
    rendered = source({**DENY, "Resource": "arn:aws:s3:::logs-{{ account }}/*"}).render({}, facts)
    assert rendered["Statement"][0]["Resource"] == f"arn:aws:s3:::logs-{late}/*"
    assert list(refs_in(rendered)) == [late]


ANY_TEXT = st.text() | st.sampled_from(
    [
        '"',
        '"}]}',
        "{{ prefix }}",
        "{% raw %}",
        "{# x",
        "\n",
        "\\",
        "'",
        "\u2028",
        "é",
        "{{ ''.__class__ }}",
        "</script>",
    ]
)


@given(ANY_TEXT, st.lists(ANY_TEXT))
def test_a_value_changes_nothing_but_its_own_text(text: str, texts: list[str]) -> None:
    """Whatever a parameter holds, it stands in its place as it is, is never evaluated, and the structure around it stays."""
    statement = {
        "Sid": "One",
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"a:b": ["x", "{{ text }}", "<{{ text }}>", "{{ texts }}", "y"]}},
    }
    parameters = (Parameter("text", "string", "d"), Parameter("texts", "list", "d"))
    policy = source(statement, parameters=parameters, exempt_reason="because")
    known = policy.known({"text": text, "texts": texts}, FACTS)
    filled = json.loads(json.dumps(policy.filled(("statements",), policy.statements, known)))
    expected = {**statement, "Condition": {"StringEquals": {"a:b": ["x", text, f"<{text}>", *texts, "y"]}}}
    assert filled == [expected]


@pytest.mark.parametrize(
    ("parameters", "message", "suggestion"),
    [
        ({"region": ["eu-west-1"]}, "has no parameter 'region'", "did you mean 'regions'?"),
        ({}, "needs the parameter 'regions'", "which"),
        ({"regions": "eu-west-1"}, "should be a list of texts, not 'eu-west-1'", ""),
        ({"regions": [1]}, "should be a list of texts", ""),
        ({"regions": ["here"]}, "is 'here', which does not match", ""),
        ({"regions": ["eu-west-1"], "days": "7"}, "should be a whole number", ""),
        ({"regions": ["eu-west-1"], "days": True}, "should be a whole number", ""),
        ({"regions": ["eu-west-1"], "strict": "yes"}, "should be true or false", ""),
        ({"regions": ["eu-west-1"], "name": 7}, "should be text", ""),
    ],
)
def test_wrong_parameters(parameters: dict[str, Any], message: str, suggestion: str) -> None:
    """An unknown, missing or mistyped parameter is a problem where it was given, with the nearest right name."""
    known = (
        Parameter("regions", "list", "which", pattern="[a-z]{2}-[a-z]+-[0-9]"),
        Parameter("days", "integer", "d", 1),
        Parameter("strict", "boolean", "d", default=False),
        Parameter("name", "string", "d", "x"),
    )
    with pytest.raises(ConfigError) as refused:
        source(DENY, parameters=known).render(parameters, FACTS, ("controls.yaml", 3, 7))
    problem = next(problem for problem in refused.value.problems if message in problem.message)
    assert (problem.file, problem.line, problem.column) == ("controls.yaml", 3, 7)
    assert suggestion in problem.suggestion


def test_every_wrong_expression_and_statement_is_told() -> None:
    """All expressions that cannot be evaluated are told at once; then what AWS would refuse."""
    two = source({**DENY, "Action": "{{ prefx }}", "Resource": "{{ bucket }}"})
    with pytest.raises(ConfigError) as refused:
        two.render({}, FACTS)
    assert len(refused.value.problems) == 2
    assert any(problem.suggestion == "did you mean 'prefix'?" for problem in refused.value.problems)
    with pytest.raises(ConfigError, match="is no ARN"):
        source({**DENY, "Resource": "{{ prefix }}"}).render({}, FACTS)


PATHS = {
    "Workloads": "o-x/r-x/ou-w/",
    "Sandbox": "o-x/r-x/ou-w/ou-s/",
    "Deep": "o-x/r-x/ou-w/ou-s/ou-d/",
    "Other": "o-x/r-x/ou-w/ou-s2/",
}


@pytest.mark.parametrize(
    ("path", "account", "expected"),
    [
        (PATHS["Sandbox"], "111111111111", "allowed"),
        (PATHS["Deep"], "111111111111", "allowed"),
        (PATHS["Workloads"], "111111111111", "explicitDeny"),
        (PATHS["Other"], "111111111111", "explicitDeny"),
        ("", "111111111111", "explicitDeny"),
        (PATHS["Workloads"], "222222222222", "allowed"),
    ],
)
def test_exclusions(path: str, account: str, expected: str) -> None:
    """An excluded OU is let alone with all below it, an excluded account too; siblings, parents and accounts without a path are denied."""
    document = source(DENY).without(source(DENY).render({}, FACTS), [f"{PATHS['Sandbox']}*"], ["222222222222"])
    assert outcome(document, path=path, account=account) == expected


def test_exclusions_are_for_denials() -> None:
    """No exclusion changes nothing; excluding from a policy that allows is refused, because no condition can do it."""
    document = {"Version": "2012-10-17", "Statement": [{**DENY, "Effect": "Allow"}]}
    assert source(DENY).without(document, [], []) == document
    with pytest.raises(ConfigError, match="cannot exclude"):
        source(DENY).without(document, ["o-x/*"], [])


def test_a_policy_that_does_not_exist(tmp_path: Path) -> None:
    """The nearest right name is proposed where the policy was asked for."""
    folder = tmp_path / "policies" / "scp"
    folder.mkdir(parents=True)
    (folder / "deny-root-user.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="did you mean 'deny-root-user'"):
        Library(tmp_path).policy("scp", "deny-root-users", ("controls.yaml", 1, 1))


def test_all_files_are_read_and_all_problems_told(tmp_path: Path) -> None:
    """Reading a kind tells the problems of every file, and of files that are no policies."""
    folder = tmp_path / "policies" / "scp"
    folder.mkdir(parents=True)
    for name in ("a.yaml", "b.yaml", "c.yml"):
        (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        Library(tmp_path).policies("scp")
    assert {Path(problem.file).name for problem in refused.value.problems} == {"a.yaml", "b.yaml", "c.yml"}


def test_origins(tmp_path: Path) -> None:
    """Every statement of a rendered document tells the file and line it was written on."""
    repository = Path(__file__).parents[2]
    policy = Library(repository).policy("scp", "protect-trusted-roles")
    ((origin,),) = policy.origins
    file, _, line = origin.rpartition(":")
    assert Path(file) == repository / "policies/scp/identity/protect-trusted-roles.yaml"
    assert "ProtectTrustedRoles" in Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
