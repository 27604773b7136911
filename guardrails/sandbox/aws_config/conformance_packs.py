"""Conformance packs of an account: the rules of a template, which belong to the pack.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConformancePack.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.account_services import delivery
from guardrails.sandbox.aws_config import config_rules, conformance_pack_templates, recorders
from guardrails.sandbox.aws_config.refusals import PAGING, no_recorder, unsupported
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PER_PAGE: Final = 20
NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,255}")
CONFORMS: Final = "config-conforms.amazonaws.com"
UNSUPPORTED: Final = frozenset({"TemplateSSMDocumentDetails", "Source", "Scope", "Tags"})


@dataclass
class ConformancePack:
    """A pack in an account and region; the first look shows it in progress. `created_by` is the service that owns it, if one does."""

    name: str
    id: str
    arn: str
    rules: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    delivery: Mapping[str, Any] = field(default_factory=dict)
    created_by: str | None = None
    verb: str = "CREATE"
    under_way: bool = True
    requested: datetime = field(default_factory=lambda: datetime.now(UTC))


_PACKS: Final[dict[tuple[str, str], dict[str, ConformancePack]]] = lifecycle.forgotten_on_reset({})


@operation("config", "PutConformancePack")
def put_conformance_pack(call: Call) -> Answer:
    """Put the rules of a template into the account, or change them."""
    name = str(call.parameters["ConformancePackName"])
    given = UNSUPPORTED & set(call.parameters)
    if given:
        raise unsupported(f"{', '.join(sorted(given))} of a conformance pack")
    try:
        template = checked_template(call, name)
    except ValueError as error:
        raise Refusal("ConformancePackTemplateValidationException", str(error)) from None
    found = _PACKS.get((call.account_id, call.region), {}).get(name)
    if found:
        _require_own_and_settled(found)
    inputs = input_parameters(call.parameters)
    made = deploy(call.account_id, call.region, name, template, inputs)
    made.delivery = {
        key: call.parameters[key] for key in ("DeliveryS3Bucket", "DeliveryS3KeyPrefix") if key in call.parameters
    }
    return {"ConformancePackArn": made.arn}


@operation("config", "DescribeConformancePacks")
def describe_conformance_packs(call: Call) -> Answer:
    """The account's packs, whole or by name; those that the organization has put there too."""
    shown = [
        {
            "ConformancePackName": each.name,
            "ConformancePackArn": each.arn,
            "ConformancePackId": each.id,
            "ConformancePackInputParameters": as_members(each.inputs),
            "LastUpdateRequestedTime": each.requested,
            "Type": "CUSTOM",
            **each.delivery,
            **({"CreatedBy": each.created_by} if each.created_by else {}),
        }
        for each in _asked(call)
    ]
    return PAGING.page(call, "ConformancePackDetails", shown, PER_PAGE)


@operation("config", "DescribeConformancePackStatus")
def describe_conformance_pack_status(call: Call) -> Answer:
    """How far the packs have come. A look."""
    found = _asked(call)
    shown = [
        {
            "ConformancePackName": each.name,
            "ConformancePackId": each.id,
            "ConformancePackArn": each.arn,
            "ConformancePackState": f"{each.verb}_{'IN_PROGRESS' if each.under_way else 'COMPLETE'}",
            "LastUpdateRequestedTime": each.requested,
            "Type": "CUSTOM",
        }
        for each in found
    ]
    for each in found:
        each.under_way = False
        if each.verb == "DELETE":
            del _PACKS[call.account_id, call.region][each.name]
    return PAGING.page(call, "ConformancePackStatusDetails", shown, PER_PAGE)


@operation("config", "DeleteConformancePack")
def delete_conformance_pack(call: Call) -> Answer:
    """Delete a pack with its rules."""
    name = str(call.parameters["ConformancePackName"])
    found = _PACKS.get((call.account_id, call.region), {}).get(name)
    if found is None or found.verb == "DELETE":
        raise _no_such()
    _require_own_and_settled(found)
    for rule in found.rules:
        config_rules.withdraw(call.account_id, call.region, rule)
    found.verb, found.under_way = "DELETE", True
    return {}


def checked_template(call: Call, name: str) -> Sequence[Mapping[str, Any]]:
    """The rules of the template that a request gives.

    Raises:
        ValueError: it, or what goes with it, is not valid.
        Refusal: a rule that AWS Config does not take.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"The conformance pack name {name} is not valid.")
    template, bucket = (
        conformance_pack_templates.read(call.parameters),
        str(call.parameters.get("DeliveryS3Bucket") or ""),
    )
    if template is None:
        raise ValueError("Template body is invalid")
    if bucket and (not bucket.startswith("awsconfigconforms") or delivery.bucket(bucket) is None):
        raise ValueError(f"The delivery bucket {bucket} must exist, with the prefix awsconfigconforms.")
    rules = conformance_pack_templates.rules(template, input_parameters(call.parameters))
    for rule in rules:
        config_rules.check(call.account_id, call.region, rule)
    return rules


def deploy(
    account_id: str,
    region: str,
    name: str,
    rules: Sequence[Mapping[str, Any]],
    inputs: Mapping[str, str],
    created_by: str | None = None,
) -> ConformancePack:
    """Put a pack's rules into an account, in the place of those that it had.

    Raises:
        Refusal: NoAvailableConfigurationRecorderException.
    """
    if not recorders.is_there(account_id, region):
        raise no_recorder()
    packs = _PACKS.setdefault((account_id, region), {})
    found = packs.get(name)
    if found is None:
        identifier = f"conformance-pack-{mock_random.get_random_string(length=9, lower_case=True)}"
        arn = f"arn:aws:config:{region}:{account_id}:conformance-pack/{name}/{identifier}"
        found = packs[name] = ConformancePack(name, identifier, arn)
    else:
        found.verb, found.under_way, found.requested = "UPDATE", True, datetime.now(UTC)
    wanted = {f"{rule['ConfigRuleName']}-{found.id}": rule for rule in rules}
    for gone in set(found.rules) - set(wanted):
        config_rules.withdraw(account_id, region, gone)
    for rule_name, rule in wanted.items():
        config_rules.deploy(account_id, region, {**rule, "ConfigRuleName": rule_name}, CONFORMS)
    found.rules, found.inputs, found.created_by = tuple(wanted), inputs, created_by
    return found


def withdraw(account_id: str, region: str, name: str) -> None:
    """Take a pack and its rules out of an account, when it is there."""
    found = _PACKS.get((account_id, region), {}).pop(name, None)
    for rule in found.rules if found else ():
        config_rules.withdraw(account_id, region, rule)


def input_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The input parameters of a request, by name."""
    given = parameters.get("ConformancePackInputParameters") or []
    return {str(each["ParameterName"]): str(each["ParameterValue"]) for each in given}


def as_members(inputs: Mapping[str, str]) -> list[dict[str, str]]:
    """Input parameters as responses show them."""
    return [{"ParameterName": name, "ParameterValue": value} for name, value in inputs.items()]


def _asked(call: Call) -> list[ConformancePack]:
    if call.parameters.get("Filters"):
        raise unsupported("filters of conformance packs")
    packs, names = _PACKS.get((call.account_id, call.region), {}), call.parameters.get("ConformancePackNames")
    if names and any(name not in packs for name in names):
        raise _no_such()
    return [packs[name] for name in names or packs]


def _require_own_and_settled(found: ConformancePack) -> None:
    if found.created_by:
        raise Refusal("AccessDeniedException", config_rules.OWNED)
    if found.under_way:
        raise Refusal("ResourceInUseException", f"The conformance pack {found.name} is being changed. Try again later.")


def _no_such() -> Refusal:
    message = "You specified one or more conformance packs that do not exist."
    return Refusal("NoSuchConformancePackException", message)
