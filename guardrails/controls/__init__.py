"""The controls: one file each, pure, `Organization -> resources`. The folder is the registry.

A control file `guardrails/controls/<id in snake_case>.py` exports one constant, `CONTROL`, a `Control` whose id is the file's
name in kebab-case. Nothing else registers it. Platform teams add controls of their own the same way, in a
`controls/` folder of their content directory.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel

from guardrails.engine.resource import Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization

Behavior = Literal["preventive", "detective", "proactive"]
Framework = Literal[
    "CIS AWS Foundations 5.0",
    "NIST SP 800-53 Rev. 5",
    "PCI DSS 4.0.1",
    "ISO/IEC 27001:2022",
    "AWS Well-Architected",
]
FRAMEWORKS: Final[tuple[Framework, ...]] = get_args(Framework)
"""The frameworks that controls are mapped to; requirements are named as each of them names its own ("3.1", "AU-2", "SEC04-BP01")."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control: what it is, what may be set, and which AWS resources follow from it.

    `settings` is the pydantic model of its entry in controls.yaml; `resources` receives an instance of it.
    `enabled_by_default` controls hold without an entry there. `source` is the AWS documentation page. `resources` is pure: it may
    raise `ConfigError`, reads nothing but its arguments, and yields a `Caveat` where the reviewer should know something that no
    change shows (new accounts need a run). Two controls may yield equal resources (trusted access): they become one.

    The rest is for its page in the docs: what it does, which AWS resources it makes and where, what drives its cost, what stays in
    AWS once it is switched off, which requirements it helps to meet, and further AWS pages. Sentences are Markdown.
    """

    id: str
    title: str
    behavior: Behavior
    source: str
    settings: type[BaseModel]
    resources: Callable[[Organization, Library, Any], Iterable[Resource | Caveat]]
    enabled_by_default: bool = False
    description: str = ""
    makes: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    stays: str = ""
    frameworks: Mapping[Framework, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
