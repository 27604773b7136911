"""What roles, users and groups have in common: inline policies, and managed policies attached to them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from moto.iam.models import Group, IAMBackend, Role, User, iam_backends

from guardrails.sandbox.cloudformation.resource_types import Place, Properties

Principal = Role | User | Group
KINDS: Final[Mapping[str, str]] = MappingProxyType({"Roles": "role", "Users": "user", "Groups": "group"})
"""Property that names principals -> their kind, as moto's methods call it."""


def backend_of(place: Place) -> IAMBackend:
    """IAM in the account."""
    return iam_backends[place.account][place.partition]


def text(document: Any) -> str:
    """A policy document as text."""
    return document if isinstance(document, str) else json.dumps(document)


def named(backend: IAMBackend, kind: str, name: str) -> Principal:
    """A principal by its kind and name.

    Raises:
        ServiceException: there is none.
    """
    found: Principal = getattr(backend, f"get_{kind}")(name)
    return found


def every(backend: IAMBackend, kind: str) -> Iterator[Principal]:
    """Every principal of a kind."""
    yield from list(getattr(backend, f"{kind}s").values())


def put(backend: IAMBackend, kind: str, principal: Principal, properties: Properties) -> None:
    """Give a principal exactly its inline policies and its attachments.

    Raises:
        ServiceException: a managed policy does not exist.
    """
    inline = properties.get("Policies", [])
    principal.policies = {one["PolicyName"]: text(one["PolicyDocument"]) for one in inline}
    attach(backend, kind, principal, properties.get("ManagedPolicyArns", []))


def attach(backend: IAMBackend, kind: str, principal: Principal, wanted: Iterable[str]) -> None:
    """Attach exactly these managed policies to a principal."""
    for arn in [arn for arn in principal.managed_policies if arn not in wanted]:
        getattr(backend, f"detach_{kind}_policy")(arn, principal.name)
    for arn in [arn for arn in wanted if arn not in principal.managed_policies]:
        getattr(backend, f"attach_{kind}_policy")(arn, principal.name)


def read(principal: Principal) -> dict[str, Any]:
    """A principal's inline policies and attachments."""
    inline = principal.policies.items()
    return {
        "ManagedPolicyArns": list(principal.managed_policies),
        "Policies": [{"PolicyName": name, "PolicyDocument": json.loads(document)} for name, document in inline],
    }
