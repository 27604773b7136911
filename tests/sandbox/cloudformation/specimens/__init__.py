"""One resource of every type with (nearly) all its properties, and how each of them is changed behind the stack's back.

A file per service, each exporting `SPECIMENS`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Client = Callable[..., Any]
Change = Callable[[Client, str], object]
"""Given `sandbox.client` and the physical id of the resource, changes something through plain boto3."""


@dataclass(frozen=True)
class Specimen:
    """`changes` by the property that each changes; `fixed` are those that nobody can change on a live resource."""

    type: str
    properties: Mapping[str, Any]
    changes: Mapping[str, Change]
    remove: Change
    fixed: frozenset[str] = frozenset()
    beside: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Client], object] | None = None


def specimens() -> list[Specimen]:
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return [specimen for module in modules for specimen in module.SPECIMENS]


def document(action: str, **more: Any) -> dict[str, Any]:
    """A policy document of one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **more}]}


TAGS = [{"Key": "team", "Value": "platform"}, {"Key": "stage", "Value": "prod"}]
OTHER_TAG = [{"Key": "team", "Value": "somebody else"}]
