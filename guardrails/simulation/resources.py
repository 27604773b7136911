"""Which resources a question is about that names none: those that policies name for its action, and every other.

A policy that protects one trail says nothing about others. Without a resource the answer is one for each that is named.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from guardrails.iam.context import Context, Request
from guardrails.iam.grammar import listed
from guardrails.iam.patterns import Pattern, Piece, parse
from guardrails.iam.policies import Candidates, Entry, Policies

SEGMENTS: Final = 6
STAND_IN: Final = "example"
REMEMBERED: Final = 65_536
"""For how many actions, each under some policies, the resources are remembered."""
RESOURCES_OF: Final = {"sts": "iam"}
"""Services whose actions are about resources of another one."""
_WILDCARD: Final = re.compile(r"[*?]+")


def flaw_of_resource(text: str) -> str:
    """What keeps a text from being the resource of a request; "" when nothing does.

    Wildcards may stand in its last part: what is created has no name yet, and AWS asks for `instance/*`.
    """
    segments = text.split(":", SEGMENTS - 1)
    if text == "*":
        return ""
    if len(segments) < SEGMENTS or segments[0] != "arn":
        return "write an ARN, or *"
    if any(_WILDCARD.search(segment) for segment in segments[:-1]):
        return "a request goes to one partition, service, region and account; leave the resource out to ask about all that policies name"
    return ""


def named_resources(request: Request, policies: Policies) -> Mapping[str, str]:
    """An ARN for each pattern that a statement about the request's action names, by the pattern as it reads for this request.

    Raises: ConfigError, when AWS would refuse a policy; UnsupportedPolicy.
    """
    context = Context(request)
    found: dict[str, str] = {}
    for pattern in _patterns(policies, request.action):
        if pieces := pattern.resolve(context.text):
            found.setdefault("".join(piece.text for piece in pieces), _instance(pieces, request))
    return found


@lru_cache(maxsize=REMEMBERED)
def _patterns(policies: Policies, action: str) -> tuple[Pattern, ...]:
    """The resources that statements about an action name and that may be its own, each once."""
    found: dict[str, Pattern] = {}
    for entry in _entries(policies.candidates(action)):
        statement = listed(entry.policy.document["Statement"])[entry.number]
        for text in listed(statement.get("Resource", statement.get("NotResource", []))):
            if text != "*" and _concerns(statement, action, text):
                found.setdefault(text, parse(text))
    return tuple(found.values())


def _entries(candidates: Candidates) -> Iterator[Entry]:
    yield from candidates.denies
    for allows in candidates.allows:
        yield from allows


def _concerns(statement: Mapping[str, Any], action: str, arn: str) -> bool:
    """Whether a resource may be one of an action's; a statement that names the action, and not just everything else, says so itself.

    Of IAM, an action tells by its name what it is about: CreateUser is about no role.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    named = listed(statement.get("Action", []))
    if any(pattern != "*" for pattern in named):
        return True
    service, _, name = action.lower().partition(":")
    of, resource = (arn.split(":", SEGMENTS - 1)[index] if arn.count(":") >= SEGMENTS - 1 else "*" for index in (2, -1))
    if of == "iam" and service == "iam":
        kind = resource.partition("/")[0]
        return _WILDCARD.search(kind) is not None or kind.replace("-", "") in name
    return _WILDCARD.search(of) is not None or of in (service, RESOURCES_OF.get(service, service))


def _instance(pieces: tuple[Piece, ...], request: Request) -> str:
    """One ARN that a pattern matches: in the request's region and of its owner, where the pattern leaves that open."""
    text = "".join(piece.text if not piece.literal else piece.text.replace("*", "\0") for piece in pieces)
    segments = text.split(":", SEGMENTS - 1)
    fitting = ["arn", "aws", STAND_IN, request.region or "*", request.resource_owner, STAND_IN]
    if len(segments) < SEGMENTS:
        return _WILDCARD.sub(STAND_IN, text).replace("\0", "*")
    chosen = [fit if segment == "*" else _filled(segment) for segment, fit in zip(segments, fitting, strict=True)]
    return ":".join(chosen).replace("\0", "*")


def _filled(segment: str) -> str:
    return segment.replace("*", STAND_IN).replace("?", "x")
