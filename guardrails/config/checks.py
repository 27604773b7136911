"""What must hold between the parts of the configuration, beyond the shape of each file.

The checks look at the plain data of whatever could be read, so that a mistake in one file hides none in another.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardrails.config.files import Files, organizational_units
from guardrails.config.messages import value_at
from guardrails.config.regions import REGIONS
from guardrails.model import ROOT, Identity
from guardrails.problems import Problems
from guardrails.yaml_document import Document, Where

MAX_DEPTH: Final = 5


def check_organization(files: Files, problems: Problems) -> None:
    """The parts of organization.yaml fit together."""
    document = files.organization
    if document is None:
        return
    _check_tree(document, problems)
    _check_roles(document, problems)
    home, governed = document.data.get("home_region"), document.data.get("governed_regions")
    if isinstance(home, str) and home in REGIONS and isinstance(governed, list) and home not in governed:
        message = f"the home region {home!r} is not one of the governed regions"
        problems.add(document.place(("home_region",)), message, "add it to governed_regions")
    left = document.data.get("left_regions")
    for index, region in enumerate(left if isinstance(left, list) else ()):
        if isinstance(governed, list) and region in governed:
            message = f"{region!r} is governed, so it was not left"
            problems.add(document.place(("left_regions", index)), message, "take it out of one of the two")


def check_accounts(files: Files, problems: Problems) -> None:
    """No two accounts share an e-mail address or a name, none has two owners, and the management account sits in the root."""
    documents = {name: document for name, document in files.accounts.items() if document}
    for key, what in (("email", "the e-mail address"), ("name", "the name")):
        first: dict[str, str] = {}
        for document in documents.values():
            value = document.data.get(key)
            if not isinstance(value, str):
                continue
            other = first.setdefault(value.casefold(), document.file)
            if other != document.file:
                problems.add(document.place((key,)), f"{what} {value!r} is taken", f"by {other}")
    for document in documents.values():
        tags, owner = document.data.get("tags"), document.data.get("owner")
        if owner and isinstance(tags, Mapping) and tags.get("owner", owner) != owner:
            message = f"the tag 'owner' is what the key says: {owner!r}"
            problems.add(document.place(("tags", "owner")), message, "remove one of the two")
    roles = files.organization.data.get("accounts") if files.organization else None
    management = documents.get(str(roles.get("management"))) if isinstance(roles, dict) else None
    if management and management.data.get("organizational_unit") not in (None, ROOT):
        message = "the management account cannot be moved out of the root"
        problems.add(management.place(("organizational_unit",)), message, "write Root")


def check_identity(document: Document, identity: Identity, problems: Problems) -> None:
    """No assignment is written twice."""
    seen: dict[Any, int] = {}
    for assignment in identity.assignments:
        targets = assignment.targets
        lists = (
            targets.organizational_units,
            targets.accounts,
            targets.excluded_organizational_units,
            targets.excluded_accounts,
            targets.account_tags.items(),
        )
        key = (assignment.group, assignment.permission_set, *(frozenset(names) for names in lists))
        line = seen.setdefault(key, assignment.source.line)
        if line != assignment.source.line:
            message = f"{assignment.group!r} has {assignment.permission_set!r} there already"
            problems.add(assignment.source, message, f"the same assignment stands on line {line}")


def _check_tree(document: Document, problems: Problems) -> None:
    tree = document.data.get("organizational_units")
    paths = set(organizational_units(tree))
    for path in sorted(paths):
        at: Where = ("organizational_units", *path.split("/"))
        if path == ROOT:
            problems.add(document.key_place(at), f"{ROOT!r} is the root itself", "name the OUs below it")
        if path.count("/") == MAX_DEPTH:
            problems.add(document.key_place(at), f"{path!r} is deeper than the {MAX_DEPTH} levels that AWS allows")
    former: dict[str, str] = {}
    for path, old, at in _renamed(document, paths):
        if old in paths:
            problems.add(document.place(at), f"{old!r} is still declared", "remove /renamed_from, or the old name")
        elif former.setdefault(old, path) != path:
            problems.add(document.place(at), f"{old!r} was renamed to {former[old]!r} already")


def _renamed(document: Document, paths: set[str]) -> Iterator[tuple[str, str, Where]]:
    for path in sorted(paths):
        at: Where = ("organizational_units", *path.split("/"), "/renamed_from")
        old = value_at(document.data, at)
        if isinstance(old, str) and old:
            yield path, old, at


def _check_roles(document: Document, problems: Problems) -> None:
    roles = document.data.get("accounts")
    first: dict[str, str] = {}
    for role, name in roles.items() if isinstance(roles, Mapping) else ():
        if isinstance(name, str) and first.setdefault(name, role) != role:
            message = f"{role} and {first[name]} are both {name!r}"
            problems.add(document.place(("accounts", role)), message, "each part needs an account of its own")
