"""How the declarative policies (every type but SCPs and RCPs) on an account's path become its effective policy.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.iam.declarative_grammar import ALL, CONTROL, SETTERS
from guardrails.iam.grammar import listed

EVERY_OPERATOR: Final = frozenset(SETTERS)


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
    names = set(listed(control))
    return EVERY_OPERATOR if ALL in names else frozenset(names & EVERY_OPERATOR)
