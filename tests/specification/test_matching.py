"""Which actions and resources a statement speaks of, and what variables insert.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.iam import Policies
from tests.specification.cases import decide, denied_by, identity, outcome, statement


def speaks(elements: dict[str, Any], action: str = "s3:GetObject", resource: str = "*", **rest: Any) -> bool:
    """Whether a statement with these elements speaks of a request; the answer must hang on nothing."""
    decision = decide(denied_by({}, **elements), action=action, resource=resource, **rest)
    assert decision.depends == frozenset()
    return decision.outcome == "explicitDeny"


@pytest.mark.parametrize(
    ("pattern", "action", "answer"),
    [
        pytest.param("*", "s3:GetObject", True, id="everything"),
        pytest.param("*:*", "s3:GetObject", True, id="every action of every service"),
        pytest.param("*:Get*", "s3:GetObject", True, id="what begins so, of every service"),
        pytest.param("s3:*", "s3:GetObject", True, id="everything of a service"),
        pytest.param("s3:*", "s3express:CreateSession", False, id="not of a service that begins like it"),
        pytest.param("s3:GetObject", "S3:getOBJECT", True, id="in whatever case"),
        pytest.param("S3:GETOBJECT", "s3:GetObject", True, id="in whatever case it is written"),
        pytest.param("s3:Get*", "s3:GetObject", True, id="a wildcard at the end"),
        pytest.param("s3:*Object", "s3:GetObject", True, id="at the beginning"),
        pytest.param("s3:*Object", "s3:GetObjectAcl", False, id="which ends there"),
        pytest.param("s3:G*t", "s3:GetObject", True, id="in the middle"),
        pytest.param("s3:Get*Object*", "s3:GetObject", True, id="which may stand for nothing"),
        pytest.param("s3:?etObject", "s3:GetObject", True, id="one character"),
        pytest.param("s3:GetObject?", "s3:GetObject", False, id="and not none"),
        pytest.param("s3:GetObject", "s3:GetObjectAcl", False, id="a name is whole"),
        pytest.param("iam:*AccessKey*", "iam:CreateAccessKey", True, id="AWS's own example"),
    ],
)
def test_action_and_its_complement(pattern: str, action: str, answer: bool) -> None:
    """Actions ignore case; `*` and `?` stand anywhere after the colon; NotAction is what Action is not."""
    assert speaks({"action": pattern}, action) is answer
    assert speaks({"NotAction": pattern}, action) is not answer
    assert speaks({"action": ["ec2:RunInstances", pattern]}, action) is answer
    assert speaks({"NotAction": ["ec2:RunInstances", pattern]}, action) is not answer


@pytest.mark.parametrize(
    "pattern", ["s*:GetObject", "?3:GetObject", "s3", "s3:", ":GetObject", "s3:Get Object", "s3:Get:Object"]
)
def test_what_is_no_action(pattern: str) -> None:
    """In the service there is no wildcard but a whole `*`; service and name are both there."""
    with pytest.raises(ConfigError):
        outcome(denied_by({}, action=pattern))


@pytest.mark.parametrize(
    ("pattern", "resource", "answer"),
    [
        pytest.param("*", "arn:aws:s3:::b/k", True, id="everything"),
        pytest.param("arn:aws:s3:::b/k", "arn:aws:s3:::b/k", True, id="itself"),
        pytest.param("arn:aws:s3:::b/k", "arn:aws:s3:::b/K", False, id="in its own case"),
        pytest.param("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b/c", True, id="`*` crosses slashes"),
        pytest.param("arn:aws:s3:::b/*", "arn:aws:s3:::b", False, id="but the slash must be there"),
        pytest.param("arn:aws:s3:::b*", "arn:aws:s3:::b", True, id="`*` may be nothing"),
        pytest.param("arn:aws:s3:::b/?", "arn:aws:s3:::b/k", True, id="`?` is one character"),
        pytest.param("arn:aws:s3:::b/?", "arn:aws:s3:::b/", False, id="and not none"),
        pytest.param("arn:aws:s3:::b/*/d", "arn:aws:s3:::b/1/2/d", True, id="in the middle too"),
        pytest.param(
            "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:eu-west-1:111111111111:instance/i-1", True, id="a whole segment"
        ),
        pytest.param(
            "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:eu-west-1:111111111111:volume/v-1", False, id="and no other kind"
        ),
        pytest.param(
            "arn:aws:ec2:eu-*:*:instance/*",
            "arn:aws:ec2:us-east-1:111111111111:instance/i-1",
            False,
            id="a part of a segment",
        ),
        pytest.param(
            "arn:aws:lambda:*:*:function:f*",
            "arn:aws:lambda:eu-west-1:111111111111:function:f1:alias",
            True,
            id="in the sixth part `*` takes colons",
        ),
        pytest.param(
            "arn:aws:lambda:*:*:function:f",
            "arn:aws:lambda:eu-west-1:111111111111:function:f:alias",
            False,
            id="which must be asked for",
        ),
        pytest.param("arn:aws:*", "arn:aws:s3:::b/k", True, id="a `*` that ends a segment crosses the colons"),
        pytest.param("arn:aws:s3:*", "arn:aws:s3:::b/k", True, id="here too"),
        pytest.param("arn:aws:s3:*", "arn:aws:sqs:eu-west-1:111111111111:q", False, id="of the service alone"),
        pytest.param("arn:aws:s3:::*", "*", False, id="a request for no resource in particular asks for `*`"),
        pytest.param("arn:aws-cn:s3:::b", "arn:aws:s3:::b", False, id="another partition"),
    ],
)
def test_resource_and_its_complement(pattern: str, resource: str, answer: bool) -> None:
    """Resources mind the case; `*` crosses slashes, and colons where it ends a segment; NotResource is what Resource is not."""
    assert speaks({"Resource": pattern}, resource=resource) is answer
    assert speaks({"Resource": ["arn:aws:s3:::else", pattern]}, resource=resource) is answer
    if pattern != "*":
        assert speaks({"NotResource": pattern}, resource=resource) is not answer


TEAM = "aws:PrincipalTag/team"


@pytest.mark.parametrize(
    ("pattern", "value", "resource", "answer"),
    [
        pytest.param("${aws:PrincipalTag/team}/*", "red", "red/k", True, id="its value"),
        pytest.param("${aws:PrincipalTag/team}/*", "red", "blue/k", False, id="no other"),
        pytest.param("${AWS:principaltag/TEAM}/*", "red", "red/k", True, id="in whatever case the key is written"),
        pytest.param("${aws:PrincipalTag/team}/*", "*", "red/k", False, id="a value is no wildcard"),
        pytest.param("${aws:PrincipalTag/team}/*", "*", "*/k", True, id="but itself"),
        pytest.param("${aws:PrincipalTag/team}/*", "r?d", "red/k", False, id="nor in a part of it"),
        pytest.param("${aws:PrincipalTag/team}/*", "${aws:username}", "U/k", False, id="nor a variable again"),
        pytest.param("${aws:PrincipalTag/team}/*", (), "/k", False, id="without a value it matches nothing"),
        pytest.param("${aws:PrincipalTag/team}/*", (), "${aws:PrincipalTag/team}/k", False, id="not even itself"),
        pytest.param("${aws:PrincipalTag/team, 'all'}/*", (), "all/k", True, id="with a default, the default"),
        pytest.param("${aws:PrincipalTag/team, 'all'}/*", "red", "red/k", True, id="where there is a value, the value"),
        pytest.param("${aws:PrincipalTag/team, 'all'}/*", "red", "all/k", False, id="and not the default"),
        pytest.param("${aws:PrincipalTag/team, '*'}/*", (), "red/k", False, id="a default is literal too"),
        pytest.param("${aws:PrincipalTag/team}/*", ("red", "blue"), "red/k", False, id="of several values, none"),
        pytest.param("${*}/k", "", "*/k", True, id="an asterisk"),
        pytest.param("${*}/k", "", "red/k", False, id="and nothing else"),
        pytest.param("${?}/k", "", "?/k", True, id="a question mark"),
        pytest.param("${?}/k", "", "a/k", False, id="and nothing else"),
        pytest.param("${$}/k", "", "$/k", True, id="a dollar sign"),
    ],
)
def test_variables(pattern: str, value: Any, resource: str, answer: bool) -> None:
    """A variable stands for the one value that its key has in the request, character by character."""
    arn = f"arn:aws:s3:::b/{resource}"
    given: dict[str, Any] = {"context": {TEAM: value, "aws:username": "U"}}
    assert speaks({"Resource": f"arn:aws:s3:::b/{pattern}"}, resource=arn, **given) is answer
    assert speaks({"NotResource": f"arn:aws:s3:::b/{pattern}"}, resource=arn, **given) is not answer


@pytest.mark.parametrize("version", ["2008-10-17", ""])
def test_variables_are_text_in_the_old_version(version: str) -> None:
    """Without the Version of 2012 `${…}` is text, in resources and in conditions."""
    resource = "arn:aws:s3:::b/${aws:PrincipalTag/team}"
    policies = Policies(identity=(identity(statement("Allow", "s3:*", Resource=resource), version=version),))
    assert outcome(policies, resource=resource, context={TEAM: "red"}) == "allowed"
    assert outcome(policies, resource="arn:aws:s3:::b/red", context={TEAM: "red"}) == "implicitDeny"
    condition = {"StringEquals": {"s3:prefix": "${aws:PrincipalTag/team}"}}
    policies = Policies(identity=(identity(statement("Allow", "s3:*", Condition=condition), version=version),))
    assert outcome(policies, context={TEAM: "red", "s3:prefix": "red"}) == "implicitDeny"
    assert outcome(policies, context={TEAM: "red", "s3:prefix": "${aws:PrincipalTag/team}"}) == "allowed"


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
@pytest.mark.parametrize(
    "pattern", ["arn:aws:s3:::b/${aws:PrincipalTag/team}", "arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}"]
)
def test_a_variable_of_unknown_value(element: str, pattern: str) -> None:
    """A variable whose key is not given leaves the answer open, with a default too, and says so."""
    assert decide(denied_by({}, **{element: pattern}), resource="arn:aws:s3:::b/red").depends == {TEAM.lower()}
