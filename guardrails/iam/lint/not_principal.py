"""NotPrincipal, which means more people than it seems to."""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.grammar import RESOURCE, TRUST, listed
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted

SOURCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"
INSTEAD: Final = 'write Principal "*" and a condition on aws:PrincipalArn'


def _allows_the_world(policy: Linted) -> Iterator[Found]:
    for statement in policy.statements:
        if "NotPrincipal" in statement.elements and not statement.denies:
            message = f"{statement.name} allows everybody else in the world, and who does not even sign in"
            yield Found((*statement.path, "NotPrincipal"), message, "name with Principal whom it allows")


def _denies_the_account(policy: Linted) -> Iterator[Found]:
    for statement in policy.statements:
        spared = statement.elements.get("NotPrincipal")
        if spared is None or not statement.denies:
            continue
        names = [str(name) for name in listed(spared["AWS"])] if isinstance(spared, dict) and "AWS" in spared else []
        accounts = {_account(name) for name in names}
        alone = [name for name in names if name.startswith("arn:") and f"{_account(name)} whole" not in _wholes(names)]
        if alone and accounts:
            message = f"{statement.name} denies the account of {alone[0]} too, and so whoever it spares"
            yield Found((*statement.path, "NotPrincipal"), message, f"name the account as well, or {INSTEAD}")
        else:
            message = f"{statement.name} denies roles and users with a permissions boundary whatever NotPrincipal says"
            yield Found((*statement.path, "NotPrincipal"), message, INSTEAD)


def _account(name: str) -> str:
    return name.split(":")[4] if name.count(":") >= 5 else name


def _wholes(names: list[str]) -> set[str]:
    """The accounts that are named as such, by their id or their root."""
    return {f"{_account(name)} whole" for name in names if name.isdigit() or name.endswith(":root")}


RULES: Final = (
    Rule("GR407", "NotPrincipal allows everybody else", "error", SOURCE, _allows_the_world, (RESOURCE, TRUST)),
    Rule(
        "GR408", "NotPrincipal denies whom it seems to spare", "warning", SOURCE, _denies_the_account, (RESOURCE, TRUST)
    ),
)
