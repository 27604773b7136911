"""What AWS would refuse in a policy document of a type, and what it would accept and never match: every flaw, with its path.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardrails.iam import patterns
from guardrails.iam.condition_block import OperatorUse, compile_test, operator_use, value_texts
from guardrails.iam.principals import wrong_principals
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.iam.resource_control_services import RESOURCE_CONTROL_SERVICES

Where = tuple[str | int, ...]
VERSION: Final = "2012-10-17"
OLD_VERSION: Final = "2008-10-17"
"""What a document without a Version is: it knows no policy variables."""
ELEMENTS: Final = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
SERVICE_CONTROL: Final = "SERVICE_CONTROL_POLICY"
RESOURCE_CONTROL: Final = "RESOURCE_CONTROL_POLICY"
IDENTITY: Final = "IDENTITY_POLICY"
"""A policy of a user, a group or a role; a permissions boundary; a session policy: they have one grammar."""
RESOURCE: Final = "RESOURCE_POLICY"
TRUST: Final = "TRUST_POLICY"
POLICY_TYPES: Final = (SERVICE_CONTROL, RESOURCE_CONTROL, IDENTITY, RESOURCE, TRUST)
MULTIVALUED_KEYS: Final = frozenset(
    "aws:calledvia aws:principalorgpaths aws:principalservicenameslist aws:resourceorgpaths aws:sourceorgpaths aws:tagkeys "
    "kms:resourcealiases".split()
)
"""Keys that hold several values (in lower case): without a set operator no condition on them ever matches."""
_ACTION: Final = re.compile(r"\*|(\*|[A-Za-z0-9-]+):[A-Za-z0-9*?]+", re.ASCII)
_SID: Final = re.compile(r"[A-Za-z0-9]*", re.ASCII)
LATE: Final = re.compile("\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}[^\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}]*"
                              "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}")  # fmt: skip
"""A value that AWS completes later: it may have any shape, so what stands around it is judged with a plain word in its place."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a policy document, at a path of keys and list indexes: AWS refuses it, or takes it and never matches it."""

    path: Where
    message: str
    suggestion: str = ""
    refused: bool = True

    @property
    def where(self) -> str:
        """The path as people read it: "Statement 2, Action"."""
        words = [f"{before} {step + 1}" if isinstance(step, int) else str(step) for before, step in self._pairs()]
        return ", ".join(words) or "the policy"

    def _pairs(self) -> Iterator[tuple[str | int, str | int]]:
        for index, step in enumerate(self.path):
            following = self.path[index + 1] if index + 1 < len(self.path) else None
            if isinstance(step, str) and isinstance(following, int):
                continue
            yield (self.path[index - 1] if isinstance(step, int) else "", step)


def listed(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of itself: most elements take both."""
    return list(value) if isinstance(value, list | tuple) else [value]


def flaws(document: Any, policy_type: str) -> Iterator[Flaw]:
    """Everything that is wrong with a policy document.

    Raises: UnsupportedPolicy, when the grammar of the type is not known here.
    """
    if policy_type not in POLICY_TYPES:
        raise UnsupportedPolicy(f"policies of type {policy_type} are not understood here")
    if not isinstance(document, Mapping):
        yield Flaw((), "a policy is a JSON object")
        return
    yield from _envelope(document, policy_type)
    statements = listed(document.get("Statement", []))
    if not statements:
        yield Flaw(("Statement",), "a policy needs at least one statement")
    sids: set[str] = set()
    for index, statement in enumerate(statements):
        path: Where = ("Statement", index)
        if not isinstance(statement, Mapping):
            yield Flaw(path, "a statement is a JSON object")
            continue
        yield from _principals(path, statement, policy_type)
        yield from _statement(path, statement, policy_type)
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid in sids:
            yield Flaw((*path, "Sid"), f"two statements have the Sid {sid!r}")
        sids.add(str(sid or object()))


def _envelope(document: Mapping[str, Any], policy_type: str) -> Iterator[Flaw]:
    organizations = policy_type in (SERVICE_CONTROL, RESOURCE_CONTROL)
    known = {"Version", "Statement"} if organizations else {"Version", "Statement", "Id"}
    for key in document.keys() - known:
        name = policy_type.replace("_", " ").lower()
        yield Flaw((key,), f"unknown element {key!r}", f"a {name} has Version and Statement")
    right = (VERSION,) if organizations else (VERSION, OLD_VERSION, None)
    if document.get("Version") not in right:
        yield Flaw(("Version",), f"Version is {document.get('Version')!r}", f"it must be {VERSION!r}")


def _principals(path: Where, statement: Mapping[str, Any], policy_type: str) -> Iterator[Flaw]:
    """What is wrong with whom a statement speaks of; a policy that is about one identity, or about all, names nobody."""
    if policy_type == RESOURCE_CONTROL:
        yield from _resource_control(path, statement)
        return
    present = [key for key in ("Principal", "NotPrincipal") if key in statement]
    if policy_type in (SERVICE_CONTROL, IDENTITY):
        name = "a service control policy" if policy_type == SERVICE_CONTROL else "an identity policy"
        for key in present:
            yield Flaw((*path, key), f"{name} has no {key}", "use a condition on aws:PrincipalArn")
    elif len(present) != 1:
        wanted = "one of them, not " + ("both" if present else "none")
        yield Flaw(path, "a statement has either Principal or NotPrincipal", wanted)
    else:
        for at, message in wrong_principals(statement[present[0]]):
            yield Flaw((*path, present[0], *at), message)


def _resource_control(path: Where, statement: Mapping[str, Any]) -> Iterator[Flaw]:
    """What a resource control policy's statement has beyond others: it denies, speaks of everybody, and names services.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
    """
    if statement.get("Principal") != "*":
        yield Flaw((*path, "Principal"), f"Principal is {statement.get('Principal')!r}", "it must be '*'")
    if "NotAction" in statement:
        yield Flaw((*path, "NotAction"), "a resource control policy has no NotAction", "name the actions")
    for action in listed(statement.get("Action", ())):
        yield from _restricted((*path, "Action"), action)
    if statement.get("Effect") == "Allow":
        yield Flaw(
            (*path, "Effect"), "a resource control policy only denies", "RCPFullAWSAccess allows everything else"
        )


def _restricted(path: Where, action: Any) -> Iterator[Flaw]:
    """Whether resource control policies restrict the service of an action; AWS takes others, and never matches them.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    service = str(action).partition(":")[0].lower()
    if action == "*":
        yield Flaw(path, "a resource control policy names services", "write s3:* and so on, not * alone")
    elif service != "*" and service not in RESOURCE_CONTROL_SERVICES:
        from difflib import get_close_matches

        close = get_close_matches(service, RESOURCE_CONTROL_SERVICES, n=1, cutoff=0.8)
        message = f"resource control policies do not restrict {service}"
        yield Flaw(path, message, f"did you mean {close[0]!r}?" if close else "", refused=False)


def _statement(path: Where, statement: Mapping[str, Any], policy_type: str) -> Iterator[Flaw]:
    for key in statement.keys() - {*ELEMENTS, "Principal", "NotPrincipal"}:
        from difflib import get_close_matches

        close = get_close_matches(key, ELEMENTS, n=1)
        yield Flaw((*path, key), f"unknown element {key!r}", f"did you mean {close[0]!r}?" if close else "")
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not (policy_type == RESOURCE or _SID.fullmatch(sid)):
        yield Flaw((*path, "Sid"), f"Sid is {sid!r}", "letters and digits only")
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield Flaw((*path, "Effect"), f"Effect is {statement.get('Effect')!r}", "it is 'Allow' or 'Deny'")
    yield from _one_of(path, statement, "Action", "NotAction")
    yield from _resources(path, statement, policy_type)
    if "Condition" in statement:
        yield from _condition((*path, "Condition"), statement["Condition"])


def _resources(path: Where, statement: Mapping[str, Any], policy_type: str) -> Iterator[Flaw]:
    """What is wrong with the resources of a statement; a policy that hangs on its resource may leave it out, a trust policy must."""
    present = [key for key in ("Resource", "NotResource") if key in statement]
    if policy_type == TRUST:
        for key in present:
            yield Flaw((*path, key), f"a trust policy has no {key}", "it is about its own role")
    elif present or policy_type != RESOURCE:
        yield from _one_of(path, statement, "Resource", "NotResource")


def _one_of(path: Where, statement: Mapping[str, Any], element: str, negated: str) -> Iterator[Flaw]:
    present = [key for key in (element, negated) if key in statement]
    if len(present) != 1:
        yield Flaw(
            path,
            f"a statement has either {element} or {negated}",
            "one of them, not " + ("both" if present else "none"),
        )
    for key in present:
        values = listed(statement[key])
        if not values:
            yield Flaw((*path, key), f"{key} is empty")
        for index, value in enumerate(values):
            at = (*path, key, index) if isinstance(statement[key], list | tuple) else (*path, key)
            wrong = _wrong_action(value) if element == "Action" else _wrong_resource(value)
            if wrong:
                yield Flaw(at, wrong)


def _wrong_action(value: Any) -> str:
    if not isinstance(value, str) or not _ACTION.fullmatch(value):
        return (
            f"{value!r} is no action: it is written service:Name; wildcards stand in the name, or are the whole service"
        )
    return ""


def _wrong_resource(value: Any) -> str:
    if not isinstance(value, str):
        return f"{value!r} is no resource"
    if LATE.match(value):
        return ""
    plain = LATE.sub("x", value)
    try:
        patterns.parse(plain)
    except ValueError as error:
        return str(error)
    if plain == "*":
        return ""
    segments = plain.split(":")
    complete = len(segments) >= patterns.ARN_SEGMENTS or any(segment.endswith("*") for segment in segments)
    return (
        ""
        if segments[0] == "arn" and complete
        else f"{value!r} is no ARN: arn:partition:service:region:account:resource"
    )


def _condition(path: Where, condition: Any) -> Iterator[Flaw]:
    if not isinstance(condition, Mapping):
        yield Flaw(path, "Condition is a JSON object of operators")
        return
    for name, keys in condition.items():
        at = (*path, name)
        try:
            use = operator_use(name)
        except UnsupportedPolicy as error:
            yield Flaw(at, error.message, error.suggestion)
            continue
        if [other.casefold() for other in condition].count(name.casefold()) > 1:
            yield Flaw(at, f"{name!r} stands there twice: AWS takes no notice of case")
        if not isinstance(keys, Mapping) or not keys:
            yield Flaw(at, "an operator holds a JSON object of keys and values")
            continue
        for key, value in keys.items():
            yield from _test((*at, key), use, key, value)


def _test(path: Where, use: OperatorUse, key: str, value: Any) -> Iterator[Flaw]:
    if ":" not in key:
        yield Flaw(path, f"{key!r} is no condition key: it is written service:Name")
    if key.casefold() in MULTIVALUED_KEYS and not use.quantifier and use.operator.name != "Null":
        message = f"{key} holds several values: {use.operator.name} never matches"
        yield Flaw(path, message, "ForAnyValue: or ForAllValues:", refused=False)
    texts = value_texts(value)
    if not texts:
        yield Flaw(path, "a condition needs values" if texts == () else "a value is text, a number, true or false")
        return
    for text in texts:
        if LATE.search(text):
            continue
        try:
            compile_test(use, key, [text])
        except ValueError as error:
            yield Flaw(path, f"{use.operator.name}: {error}")
