"""Session policies: what limits a session of a role beyond the role's own permissions. They are judged when the sandbox enforces policies.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends

from guardrails.errors import ConfigError
from guardrails.iam import IDENTITY, NamedPolicy, UnsupportedPolicy
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

MAX_MANAGED: Final = 10


def checked(call: Call) -> tuple[str, ...]:
    """The documents of the policies that a call passes: its own, and managed ones of the role's account as they are now.

    Raises:
        Refusal: more managed policies than a session takes, one that is not there, or a document that is none.
    """
    arns = [each.get("arn", "") for each in call.parameters.get("PolicyArns", ())]
    if len(arns) > MAX_MANAGED:
        raise Refusal("ValidationError", f"A session takes at most {MAX_MANAGED} managed policies.")
    account = call.parameters["RoleArn"].split(":")[4:5]
    given = [call.parameters["Policy"]] if call.parameters.get("Policy") else []
    return tuple(map(_understood, given)) + tuple(_managed("".join(account), arns))


def note(access_key_id: str, documents: tuple[str, ...]) -> None:
    """Limit a new session."""
    session = callers.find(access_key_id)
    assert session is not None
    callers.remember(access_key_id, replace(session, session_policies=documents))


def _managed(account: str, arns: list[str]) -> Iterator[str]:
    for arn in arns:
        try:
            policy = iam_backends[account][PARTITION].get_policy(arn)
        except (ServiceException, KeyError):
            raise not_implemented("sts", f"AssumeRole with a policy that is not there: {arn}") from None
        default = policy.default_version_id
        yield next(each.document for each in policy.versions if each.version_id == default) or "{}"


def _understood(document: str) -> str:
    try:
        assert NamedPolicy("", json.loads(document), IDENTITY).statements
    except (ConfigError, ValueError, AttributeError) as problem:
        raise Refusal("MalformedPolicyDocument", f"Syntax errors in policy. {problem}") from None
    except UnsupportedPolicy as problem:
        raise not_implemented("sts", f"this session policy: {problem}") from None
    return document
