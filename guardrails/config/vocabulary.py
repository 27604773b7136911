"""What control settings, and every file of the configuration, are made of.

    class LogArchiveSettings(Settings):
        retention_days: int = Field(default=365, ge=1, description="How long objects stay locked.")
        archive_account: AccountName | None = Field(default=None, description="…")
        targets: TargetsSettings = Targets()

`Settings` refuses unknown keys; a control that does not take a key simply lacks the field. Fields of the types below
are checked against the declared organization while it is loaded, so a control never sees an unknown account, OU or
region. Lists are `tuple[X, ...]`. A description on a field shows up in the editor and in the documentation.

A field of type `TargetsSettings` (`GlobalTargetsSettings` for what knows no regions) is written in the one vocabulary
of targets, and is a `guardrails.model.Targets` in the control. Both settings and targets know where in the files they
stand: `Problem(*place(settings.targets), "…")`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from guardrails.config.regions import REGIONS
from guardrails.model import Organization, Source, Targets
from guardrails.problems import did_you_mean
from guardrails.targets import regions_in, selects_nothing
from guardrails.yaml_document import Document, Where


@dataclass(frozen=True)
class Names:
    """The names that may be referred to; None where they are not known, as what declares them could not be read."""

    organizational_units: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    permission_sets: frozenset[str] | None = None
    organization: Organization | None = None


class Settings(BaseModel):
    """Settings of a control, or a part of them: unknown keys are refused, and nothing changes once it is loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)
    _source: Source = PrivateAttr(default_factory=Source)

    @property
    def standing(self) -> Source:
        """Where in the user's files this stands; empty when it was made by a program."""
        return self._source

    def stand_at(self, source: Source) -> None:
        """Remember where in the user's files this stands."""
        self._source = source


def place(located: Settings | Targets) -> tuple[str, int, int]:
    """Where settings or targets stand, to point at with `Problem(*place(settings), "…")`."""
    source = located.source if isinstance(located, Targets) else located.standing
    return source.file, source.line, source.column


def locate(value: Any, at: Where, document: Document) -> None:
    """Tell settings, and all settings and targets in them, where in the document they stand."""
    if isinstance(value, Targets) and at in document.values:  # what was left out is a default that others share
        object.__setattr__(value, "source", document.place(at))
    elif isinstance(value, Settings):
        value.stand_at(document.place(at))
        for name, field in type(value).model_fields.items():
            locate(getattr(value, name), (*at, field.alias or name), document)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            locate(item, (*at, key), document)
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            locate(item, (*at, index), document)


def wrong(message: str, suggestion: str = "") -> PydanticCustomError:
    """The error for a validator to raise: what is wrong, and what to do about it, in words for the person who edits."""
    return PydanticCustomError("guardrails", "{message}", {"message": message, "suggestion": suggestion})


@dataclass(frozen=True)
class Shaped:
    """Refuses text that does not match the whole pattern: it "is not" `what`. The pattern stands in the JSON Schema too."""

    pattern: str
    what: str

    def check(self, text: str) -> str:
        """The text itself, when it has the shape."""
        if not re.fullmatch(self.pattern, text):
            raise wrong(f"{text!r} is not {self.what}")
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


def _known(kind: str, what: str) -> Callable[[str, ValidationInfo], str]:
    def check(name: str, info: ValidationInfo) -> str:
        known = getattr(info.context, kind) if isinstance(info.context, Names) else None
        if known is not None and name not in known:
            raise wrong(f"there is no {what} {name!r}", did_you_mean(name, sorted(known)))
        return name

    return check


def _governed_region(name: str, info: ValidationInfo) -> str:
    known = info.context.regions if isinstance(info.context, Names) else None
    if known is not None and name in REGIONS - known:
        raise wrong(f"{name!r} is not a governed region", "add it to governed_regions in organization.yaml")
    return _known("regions", "governed region")(name, info)


OrganizationalUnitPath = Annotated[str, AfterValidator(_known("organizational_units", "organizational unit"))]
AccountName = Annotated[str, AfterValidator(_known("accounts", "account"))]
GovernedRegion = Annotated[str, AfterValidator(_governed_region)]
GroupName = Annotated[str, AfterValidator(_known("groups", "group"))]
PermissionSetName = Annotated[str, AfterValidator(_known("permission_sets", "permission set"))]


def _tag_key(key: str) -> str:
    if not re.fullmatch(r"[\w .:/=+\-@]{1,128}", key):
        raise wrong(f"{key!r} is not a tag key: 1 to 128 letters, digits, spaces and . : / = + - @ _")
    if key.casefold().startswith(("aws:", "guardrails:")):
        raise wrong(f"the tag key {key!r} is reserved", "keys may not start with aws: or guardrails:")
    return key


def _tag_value(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and not re.fullmatch(r"[\w .:/=+\-@]{0,256}", value):
        raise wrong(f"{value!r} is not a tag value: up to 256 letters, digits, spaces and . : / = + - @ _")
    return value


def _tag_count(tags: Mapping[str, str]) -> Mapping[str, str]:
    if len(tags) > MAX_TAGS:
        raise wrong(f"{len(tags)} tags are too many: AWS allows 50, and {50 - MAX_TAGS} are kept for Guardrails")
    return tags


MAX_TAGS: Final = 40
TagKey = Annotated[str, AfterValidator(_tag_key)]
TagValue = Annotated[str, BeforeValidator(_tag_value), WithJsonSchema({"type": ["string", "number"], "maxLength": 256})]
Tags = Annotated[dict[TagKey, TagValue], AfterValidator(_tag_count)]


class Selection(Settings):
    """Which accounts: subtrees, named ones and tagged ones, minus the exclusions. Nothing named means all of them."""

    organizational_units: tuple[OrganizationalUnitPath, ...] = Field(
        (), min_length=1, description="Subtrees, as slash paths from the root: Workloads/Prod. Root is everything."
    )
    accounts: tuple[AccountName, ...] = Field((), min_length=1, description="Accounts, by file name.")
    account_tags: dict[TagKey, TagValue] = Field(
        {}, min_length=1, description="Accounts that carry all of these tags in their files."
    )
    excluded_organizational_units: tuple[OrganizationalUnitPath, ...] = Field(
        (), description="Subtrees to leave out; an exclusion always wins."
    )
    excluded_accounts: tuple[AccountName, ...] = Field((), description="Accounts to leave out.")

    @model_validator(mode="after")
    def _selects_something(self, info: ValidationInfo) -> "Selection":
        organization = info.context.organization if isinstance(info.context, Names) else None
        if organization is not None:
            _refuse_empty(organization, _targets(self))
        return self


class RegionalSelection(Selection):
    """Which accounts, and which of the governed regions; no regions named means all of them."""

    regions: tuple[GovernedRegion, ...] = Field((), min_length=1, description="Governed regions; all when left out.")
    excluded_regions: tuple[GovernedRegion, ...] = Field((), description="Governed regions to leave out.")


def _targets(selection: Selection) -> Targets:
    return Targets(**{name: getattr(selection, name) for name in type(selection).model_fields})


def _refuse_empty(organization: Organization, targets: Targets) -> None:
    if selects_nothing(organization, targets):
        raise wrong("these targets select no account", _why_empty(organization, targets))
    if not regions_in(organization, targets):
        raise wrong("these targets select no region")


def _why_empty(organization: Organization, targets: Targets) -> str:
    for key, value in targets.account_tags.items():
        values = {account.tags[key] for account in organization.accounts if key in account.tags}
        if not values:
            keys = {key for account in organization.accounts for key in account.tags}
            return did_you_mean(key, sorted(keys)) or f"no account carries the tag {key}"
        if value not in values:
            return did_you_mean(value, sorted(values)) or f"no account carries the tag {key}: {value}"
    return "every one that is named is excluded again"


@dataclass(frozen=True)
class SelectionSchema:
    """Lets pydantic read `guardrails.model.Targets` from a mapping of the keys that `selection` has."""

    selection: type[Selection]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        mapping = core_schema.no_info_after_validator_function(_targets, handler.generate_schema(self.selection))
        anything = core_schema.union_schema([core_schema.is_instance_schema(Targets), mapping])
        return core_schema.json_or_python_schema(json_schema=mapping, python_schema=anything)


TargetsSettings = Annotated[Targets, SelectionSchema(RegionalSelection)]
GlobalTargetsSettings = Annotated[Targets, SelectionSchema(Selection)]
