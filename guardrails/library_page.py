"""The documentation of the policies that ship, made from their own metadata: by kind and theme, by pack, by requirement."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from guardrails.library.policies import POLICY_TYPES, PolicySource
from guardrails.library.policy_packs import Pack

NOTE: Final = "<!-- Made by `make docs` from the policies' own metadata; edit policies/ instead. -->"
KINDS: Final = {
    "SERVICE_CONTROL_POLICY": "Service control policies",
    "RESOURCE_CONTROL_POLICY": "Resource control policies",
    "DECLARATIVE_POLICY_EC2": "Declarative policies of EC2",
    "TAG_POLICY": "Tag policies",
    "BACKUP_POLICY": "Backup policies",
    "AISERVICES_OPT_OUT_POLICY": "Opt-out policies of AI services",
    "S3_POLICY": "S3 policies",
}
INTRODUCTION: Final = """\
A policy is attached in `config/controls.yaml`, by its id: a service control policy under `service-control-policies`, others under
`organization-policies`, many at once under `policy-packs`. Its file holds its description, which says what it breaks, its parameters
with their defaults, its statements, and requests that it must deny and must still allow; `guardrails test` asks them of your
organization. Where a target takes no more policies, Guardrails packs them into fewer documents that say the same."""


def page(policies: Iterable[PolicySource], packs: Iterable[Pack], content: Path) -> str:
    """The page, as Markdown; `content` is the folder that holds `policies/`."""
    found = sorted(policies, key=lambda policy: (list(POLICY_TYPES).index(policy.kind), policy.theme, policy.id))
    parts = ["# The policies that ship", NOTE, INTRODUCTION, "## Packs", _packs(list(packs))]
    for kind, of_kind in groupby(found, lambda policy: policy.kind):
        parts.append(f"## {KINDS[POLICY_TYPES[kind]]}")
        for theme, of_theme in groupby(of_kind, lambda policy: policy.theme):
            parts += [f"### {_heading(theme)}"] if theme else []
            parts.append(_table(list(of_theme), content))
    parts += ["## By requirement", *_requirements(found)]
    return "\n\n".join(parts) + "\n"


def _heading(theme: str) -> str:
    words = theme.replace("-", " ").capitalize()
    return re.sub(r"^Ai\b", "AI", words)


def _packs(packs: Sequence[Pack]) -> str:
    rows = [
        f"| `{pack.id}` | {pack.title}. {pack.description.strip()} | {pack.audience} | {', '.join(_ids(pack))} |"
        for pack in sorted(packs, key=lambda pack: pack.id)
    ]
    return "\n".join(["| pack | what holds, and what it breaks | for whom | policies |", "|---|---|---|---|", *rows])


def _ids(pack: Pack) -> Iterator[str]:
    for each in pack.policies:
        yield f"`{each.policy}`"


def _table(policies: Sequence[PolicySource], content: Path) -> str:
    rows = [
        f"| {_link(policy, content)} | {policy.title} | {policy.severity} | {', '.join(_parameters(policy))} |"
        for policy in policies
    ]
    return "\n".join(["| policy | what holds | severity | parameters |", "|---|---|---|---|", *rows])


def _link(policy: PolicySource, content: Path) -> str:
    return f"[{policy.id}](../{Path(policy.file).relative_to(content).as_posix()})"


def _parameters(policy: PolicySource) -> Iterator[str]:
    for name, parameter in policy.parameters.items():
        yield f"`{name}`" + (" (must be given)" if parameter.default is None else "")


def _requirements(policies: Sequence[PolicySource]) -> Iterator[str]:
    """A table for each framework: its requirements, and the policies that help to meet them."""
    mapped: dict[str, dict[str, list[str]]] = {}
    for policy in policies:
        for framework, requirements in policy.frameworks.items():
            for requirement in requirements:
                mapped.setdefault(framework, {}).setdefault(requirement, []).append(f"`{policy.id}`")
    for framework, requirements_of in sorted(mapped.items()):
        yield f"### {framework}"
        rows = [f"| {name} | {', '.join(requirements_of[name])} |" for name in sorted(requirements_of, key=_numbered)]
        yield "\n".join(["| requirement | policies |", "|---|---|", *rows])


def _numbered(requirement: str) -> list[tuple[str, int]]:
    """A requirement's name such that 2.10 comes after 2.9."""
    return [(word, int(number or 0)) for word, number in re.findall(r"([^0-9]*)([0-9]*)", requirement)]
