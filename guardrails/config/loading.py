"""YAML -> `Organization`: every file is read, every name checked, every problem told at once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from guardrails.config.checks import check_accounts, check_identity, check_organization
from guardrails.config.files import Files, names_in, organizational_units, read_files
from guardrails.config.messages import validate, value_at
from guardrails.config.shapes import AccountFile, IdentityFile, OrganizationFile
from guardrails.config.vocabulary import Names, locate
from guardrails.errors import ConfigError
from guardrails.model import (
    Account,
    Assignment,
    ControlDeclaration,
    Group,
    Identity,
    Organization,
    OrganizationalUnit,
    PermissionSet,
)
from guardrails.problems import Problems, did_you_mean
from guardrails.yaml_document import Document, Where


def load(
    directory: Path, controls: Mapping[str, type[BaseModel]], default_controls: Collection[str] = ()
) -> Organization:
    """The declared organization in a configuration directory.

    `controls` maps every known control id to the model of its settings; `default_controls` hold unless set to false.
    Accounts are sorted by name, OUs stand parents first, controls are sorted by id.

    Raises: ConfigError, with every problem of all files, each at its file, line and column.
    """
    problems = Problems()
    files = read_files(directory, problems)
    names = names_in(files)
    check_organization(files, problems)
    check_accounts(files, problems)
    organization = _organization(files, names, problems)
    names = replace(names, organization=organization)
    declarations = _controls(files.controls, controls, default_controls, names, problems)
    identity = _identity(files.identity, names, problems)
    if problems.found or organization is None:
        raise ConfigError(problems.found)
    return replace(organization, controls=declarations, identity=identity)


def _organization(files: Files, names: Names, problems: Problems) -> Organization | None:
    """The organization without controls and identity, or None when a part of it is wrong."""
    accounts = [_account(name, document, names, problems) for name, document in files.accounts.items()]
    if files.organization is None:
        return None
    shape = validate(OrganizationFile, files.organization, (), names, problems)
    if shape is None or None in accounts:
        return None
    return Organization(
        prefix=shape.prefix,
        home_region=shape.home_region,
        governed_regions=shape.governed_regions,
        management_account=shape.accounts.management,
        log_archive_account=shape.accounts.log_archive,
        security_account=shape.accounts.security,
        deployer_roles=shape.deployer_roles,
        break_glass_roles=shape.break_glass_roles,
        member_role=shape.member_role,
        organizational_units=tuple(_organizational_units(files.organization)),
        accounts=tuple(account for account in accounts if account),
        controls=(),
        identity=Identity(),
        left_regions=shape.left_regions,
        reserved_policy_slots={str(kind): count for kind, count in shape.reserved_policy_slots.items()},
    )


def _organizational_units(document: Document) -> Iterator[OrganizationalUnit]:
    for path in organizational_units(document.data["organizational_units"]):
        at: Where = ("organizational_units", *path.split("/"))
        attributes = value_at(document.data, at) or {}
        yield OrganizationalUnit(
            path=path,
            tags={key: str(value) for key, value in attributes.get("/tags", {}).items()},
            renamed_from=attributes.get("/renamed_from", ""),
            source=document.key_place(at),
        )


def _account(name: str, document: Document | None, names: Names, problems: Problems) -> Account | None:
    shape = validate(AccountFile, document, (), names, problems) if document else None
    if document is None or shape is None:
        return None
    return Account(
        name=name,
        display_name=shape.name,
        email=shape.email,
        organizational_unit=shape.organizational_unit,
        owner=shape.owner,
        tags=shape.tags,
        source=document.place(()),
    )


def _controls(
    document: Document | None,
    controls: Mapping[str, type[BaseModel]],
    defaults: Collection[str],
    names: Names,
    problems: Problems,
) -> tuple[ControlDeclaration, ...]:
    """Every control that is switched on, by id."""
    if document is None:
        return ()
    for control in document.data.keys() - controls.keys():
        near = did_you_mean(control, controls)
        problems.add(document.key_place((control,)), f"there is no control {control!r}", near)
    wanted = {control for control in {*document.data, *defaults} if document.data.get(control) is not False}
    declared = [
        _control(control, controls[control], document, names, problems) for control in sorted(wanted & controls.keys())
    ]
    return tuple(declaration for declaration in declared if declaration)


def _control(
    control: str, model: type[BaseModel], document: Document, names: Names, problems: Problems
) -> ControlDeclaration | None:
    settings = validate(model, document, (control,), names, problems)
    if settings is None:
        return None
    locate(settings, (control,), document)
    sources = {path[1:]: document.place(path) for path in document.values if path[:1] == (control,)}
    return ControlDeclaration(control, settings, sources)


def _identity(document: Document | None, names: Names, problems: Problems) -> Identity:
    shape = validate(IdentityFile, document, (), names, problems) if document else None
    if document is None or shape is None:
        return Identity()
    locate(shape, (), document)
    identity = Identity(
        groups=tuple(
            Group(name, description or "", document.key_place(("groups", name)))
            for name, description in sorted(shape.groups.items())
        ),
        permission_sets=tuple(
            PermissionSet(name=name, source=document.key_place(("permission_sets", name)), **dict(declared))
            for name, declared in sorted(shape.permission_sets.items())
        ),
        assignments=tuple(
            Assignment(assignment.group, assignment.permission_set, assignment.targets, assignment.standing)
            for assignment in shape.assignments
        ),
        exclusive=frozenset(shape.exclusive),
    )
    check_identity(document, identity, problems)
    return identity
