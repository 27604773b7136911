"""The shape of tests/guardrails/*.yaml, checked against the declared organization and the catalogue of AWS's actions."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import CoreSchema

from guardrails.config.regions import REGIONS
from guardrails.config.schema import file_schema
from guardrails.config.vocabulary import GlobalTargetsSettings, Names, Settings, wrong
from guardrails.iam.catalogue import catalogue
from guardrails.model import Targets
from guardrails.policy_tests.principals import SETS
from guardrails.problems import did_you_mean
from guardrails.simulation.resources import STAND_IN, flaw_of_resource

_ACTION: Final = re.compile(r"([a-z0-9-]+):([A-Za-z0-9*?]+)")
_ACCOUNT_ID: Final = re.compile(r"\d{12}")
_EXPRESSION: Final = re.compile(r"\{\{.*?\}\}")
_PRINCIPAL: Final = re.compile(
    r"arn:.+|root|anonymous|(role|user|assumed-role|federated-user|permission-set)/.+|[a-z0-9.-]+\.amazonaws\.com(\.cn)?"
)


class _Several:
    """Tells editors that one text may stand for a list of one."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _several(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _action(text: str) -> str:
    match = _ACTION.fullmatch(text)
    if not match:
        raise wrong(f"{text!r} is no action", "write service:Name; * and ? may stand in the name")
    prefix, name = match.groups()
    service = catalogue().service(prefix)
    if service is None:
        near = catalogue().nearest_service(prefix)
        if near or _has_wildcard(name):
            raise wrong(
                f"there is no service {prefix!r}", f"did you mean {near!r}?" if near else "write the action out"
            )
    elif not service.matching(name):
        near = service.nearest(name)
        if near or _has_wildcard(name):
            suggestion = f"did you mean '{prefix}:{near}'?" if near else f"as of {catalogue().date}"
            raise wrong(f"there is no action {text!r}", suggestion)
    return text


def _has_wildcard(name: str) -> bool:
    return "*" in name or "?" in name


def _region(name: str) -> str:
    if name not in REGIONS:
        raise wrong(f"there is no region {name!r}", did_you_mean(name, sorted(REGIONS)))
    return name


def _principal(text: str, info: ValidationInfo) -> str:
    kind, _, name = text.partition("/")
    known = info.context.permission_sets if isinstance(info.context, Names) else None
    if kind == "permission-set" and known is not None and name not in known and "{{" not in name:
        raise wrong(f"there is no permission set {name!r}", did_you_mean(name, sorted(known)))
    if "{{" not in text and not is_principal(text):
        near = did_you_mean(text, SETS)
        kinds = "write role/Name, user/Name, root, permission-set/Name, an ARN, a service's name, anonymous, or one of"
        raise wrong(f"{text!r} is no principal", near or f"{kinds} {', '.join(SETS)}")
    return text


def is_principal(text: str) -> bool:
    """Whether this is written as a principal is, or stands for several."""
    return text in SETS or bool(_PRINCIPAL.fullmatch(text))


def _resource(text: str) -> str:
    flaw = flaw_of_resource(_EXPRESSION.sub(STAND_IN, text)) if not text.startswith("{{") else ""
    if flaw:
        raise wrong(f"{text!r} is no resource of a request", flaw)
    return text


def _resource_account(name: str, info: ValidationInfo) -> str:
    known = info.context.accounts if isinstance(info.context, Names) else None
    if known is not None and name not in known and not _ACCOUNT_ID.fullmatch(name):
        raise wrong(f"there is no account {name!r}", did_you_mean(name, sorted(known)))
    return name


def _context_key(key: str) -> str:
    if ":" not in key:
        raise wrong(f"{key!r} is no condition key", "write service:Name, as in aws:SourceIp")
    if catalogue().condition_key(key) is None:
        near = catalogue().nearest_condition_key(key)
        if near:
            raise wrong(f"there is no condition key {key!r}", f"did you mean {near!r}?")
    return key


def _context_value(value: object) -> object:
    scalars = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float) or (item is None and item is value) for item in scalars):
        raise wrong("the value of a context key is text, a list of texts, or null: the request certainly lacks it")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Action = Annotated[str, AfterValidator(_action)]
Principal = Annotated[str, AfterValidator(_principal)]
Region = Annotated[str, AfterValidator(_region)]
ContextKey = Annotated[str, AfterValidator(_context_key)]
ContextValue = Annotated[Any, AfterValidator(_context_value)]
Context = dict[ContextKey, ContextValue]
Actions = Annotated[tuple[Action, ...], BeforeValidator(_several), _Several()]
Principals = Annotated[tuple[Principal, ...], BeforeValidator(_several), _Several()]
Resources = Annotated[tuple[Annotated[Text, AfterValidator(_resource)], ...], BeforeValidator(_several), _Several()]
Regions = Annotated[tuple[Region, ...], BeforeValidator(_several), _Several()]
ContextKeys = Annotated[tuple[ContextKey, ...], BeforeValidator(_several), _Several()]


class PolicyTest(Settings):
    """One test: every combination of its accounts, principals, actions, resources and regions is asked."""

    model_config = ConfigDict(validate_by_name=False)

    name: Text = Field(description="What holds, as a sentence.")
    targets: GlobalTargetsSettings = Field(
        default_factory=Targets,
        description="In which accounts; everywhere when left out. The management account is asked only by its name.",
    )
    principals: Principals = Field(
        min_length=1,
        description=f"Who asks: role/Name, user/Name, root, permission-set/Name, an ARN, a service, anonymous, or {', '.join(SETS)}.",
    )
    excluded: Principals = Field((), alias="except", description="Who does not ask, in the same words.")
    actions: Actions = Field(min_length=1, description="What they do: service:Name; * and ? may stand in the name.")
    resources: Resources = Field(
        (),
        min_length=1,
        description="To what: ARNs, in which {{ account_id }}, {{ region }} and facts may stand. When left out, each resource that a "
        "policy names for the action, and every other.",
    )
    resource_account: Annotated[str, AfterValidator(_resource_account)] = Field(
        "", description="Whose it is, where the ARN does not tell and it is not the account itself: a name or an id."
    )
    regions: Regions = Field(
        (),
        description="Where; when left out, where the resource is, else every governed region (global services: theirs).",
    )
    context: Context = Field(
        {}, description="Condition keys of the request; null: the request certainly lacks the key."
    )
    expect: Literal["allowed", "denied", "explicitDeny", "implicitDeny"] = Field(
        description="What every answer must be."
    )
    by: str = Field("", description="The id of the policy that must be among those that deny.")
    depends: ContextKeys = Field(
        (), description="Condition keys that the answer may hang on although they are not given."
    )


class PolicyTestsFile(Settings):
    """tests/guardrails/*.yaml: what must stay denied, and what must stay possible."""

    context: Context = Field(
        {},
        description="Condition keys of every request in this file; what a test says of a key under its own context wins.",
    )
    tests: tuple[PolicyTest, ...] = Field(min_length=1, description="The tests, each with a name of its own.")


def schema() -> dict[str, Any]:
    """The JSON Schema (draft-07) of such a file, for editors."""
    return file_schema(PolicyTestsFile)
