"""How declarative policies (every type but SCPs and RCPs) are written, and how those on an account's path become one.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html,
https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

SETTERS: Final = ("@@assign", "@@append", "@@remove")
CONTROL: Final = "@@operators_allowed_for_child_policies"
EVERY_OPERATOR: Final = frozenset(SETTERS)

TOP_LEVEL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TAG_POLICY": "tags",
        "BACKUP_POLICY": "plans",
        "AISERVICES_OPT_OUT_POLICY": "services",
        "CHATBOT_POLICY": "chatbot",
        "DECLARATIVE_POLICY_EC2": "ec2_attributes",
        "SECURITYHUB_POLICY": "securityhub",
        "INSPECTOR_POLICY": "inspector",
        "UPGRADE_ROLLOUT_POLICY": "upgrade_rollout",
        "BEDROCK_POLICY": "bedrock",
        "S3_POLICY": "s3_attributes",
        "NETWORK_SECURITY_DIRECTOR_POLICY": "network_security_director",
    }
)
"""The one outermost key of each type. Of the types that are missing here, one outermost key of any name is taken."""
OPT_OUT: Final = ("optIn", "optOut")


def flaw(policy_type: str, document: Mapping[str, Any]) -> str:
    """What is wrong with a policy of a type, or "": its outermost key, its operators, and where they stand."""
    top = TOP_LEVEL.get(policy_type)
    if len(document) != 1 or (top is not None and top not in document):
        return f"a policy of type {policy_type} has one outermost key" + (f", {top!r}" if top else "")
    outermost = next(iter(document.values()))
    if not isinstance(outermost, Mapping) or any(setter in outermost for setter in SETTERS):
        return "the outermost key holds a JSON object of settings"
    first = next(_flaws(outermost), "")
    return first or (_opt_out_flaw(outermost) if policy_type == "AISERVICES_OPT_OUT_POLICY" else "")


def merged(levels: Iterable[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The effective policy of the documents on a path: from the root down, on each level in the order of attachment."""
    root = _Setting()
    for documents in levels:
        controls: list[tuple[_Setting, frozenset[str]]] = []
        for document in documents:
            _merge(root, document, EVERY_OPERATOR, controls)
        for setting, allowed in controls:
            setting.allowed &= allowed
        root.settle()
    return {key: child.plain() for key, child in root.children.items()}


@dataclass
class _Setting:
    """A place in the effective policy: a value or further settings, and the operators that lower levels may use here."""

    value: Any = None
    children: dict[str, "_Setting"] = field(default_factory=dict)
    allowed: frozenset[str] = EVERY_OPERATOR
    inherited: bool = False
    set_here: bool = False
    controlled: bool = False

    def settle(self) -> bool:
        """End a level: what holds something is inherited from now on; what holds nothing is dropped. Whether it holds something."""
        self.children = {key: child for key, child in self.children.items() if child.settle()}
        self.inherited, self.set_here = True, False
        return self.value is not None or bool(self.children) or self.controlled

    def plain(self) -> Any:
        """The value, or the settings that hold something."""
        if self.value is not None:
            return self.value
        shown = {key: child.plain() for key, child in self.children.items()}
        return {key: value for key, value in shown.items() if value not in ({}, [])}


def _merge(
    setting: _Setting,
    content: Mapping[str, Any],
    permitted: frozenset[str],
    controls: list[tuple[_Setting, frozenset[str]]],
) -> None:
    """Let one document speak about one place. What is new there is permitted what the place above permits."""
    permitted = setting.allowed if setting.inherited else permitted
    for key, value in content.items():
        if key == CONTROL:
            controls.append((setting, _allowed(value)))
            setting.controlled = True
        elif key in SETTERS:
            if key in permitted:
                _set(setting, key, value)
        else:
            _merge(setting.children.setdefault(key, _Setting()), value, permitted, controls)


def _set(setting: _Setting, operator: str, value: Any) -> None:
    """Apply a value-setting operator. Of the policies on one level, the one attached first decides what is assigned."""
    held = setting.value if isinstance(setting.value, list) else []
    if operator == "@@append":
        setting.value = [*held, *(each for each in value if each not in held)]
    elif operator == "@@remove":
        setting.value = [each for each in held if each not in value] or None
    elif not setting.set_here:
        setting.value = value
    setting.set_here = True


def _allowed(control: Any) -> frozenset[str]:
    names = set(_listed(control))
    return EVERY_OPERATOR if "@@all" in names else frozenset(names & EVERY_OPERATOR)


def _flaws(content: Mapping[str, Any]) -> Iterator[str]:
    operators = {key for key in content if key.startswith("@@")}
    unknown = operators - {*SETTERS, CONTROL}
    if unknown:
        yield f"unknown operator {min(unknown)}"
    if operators & set(SETTERS) and operators != set(content):
        yield "a setting has operators or further settings, not both"
    for key, value in content.items():
        if key == CONTROL:
            yield from _control_flaws(value)
        elif key in ("@@append", "@@remove") and not isinstance(value, list):
            yield f"{key} takes a list"
        elif key == "@@assign" and isinstance(value, Mapping):
            yield "@@assign takes a value or a list"
        elif not key.startswith("@@"):
            yield from _flaws(value) if isinstance(value, Mapping) else (f"{key!r} is set without an operator",)


def _control_flaws(control: Any) -> Iterator[str]:
    names = _listed(control)
    if not names or not all(name in (*SETTERS, "@@all", "@@none") for name in names):
        yield f"{CONTROL} takes @@all, @@none, or some of {', '.join(SETTERS)}"


def _opt_out_flaw(services: Mapping[str, Any]) -> str:
    """What only the policies that opt out of AI services forbid."""
    for name, content in services.items():
        if name == CONTROL:
            continue
        settings = {key: value for key, value in content.items() if key != CONTROL}
        if set(settings) != {"opt_out_policy"}:
            return f"the service {name!r} takes one key, 'opt_out_policy'"
        operators = set(settings["opt_out_policy"]) - {CONTROL}
        if operators - {"@@assign"} or settings["opt_out_policy"].get("@@assign", "optOut") not in OPT_OUT:
            return "opt_out_policy takes @@assign with optIn or optOut"
    return ""


def _listed(control: Any) -> list[Any]:
    return control if isinstance(control, list) else [control]
