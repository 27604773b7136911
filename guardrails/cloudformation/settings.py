"""Settings that a stack's own function puts: probed in the account and region of the stack, told where they differ, put again.

CloudFormation detects no drift of custom resources. So the template lists the probes in its metadata, and a change of its
parameter `Revision` makes the function look at every setting anew and put what differs. In a probe stand `<AWS::AccountId>`,
`<AWS::Region>`, `<AWS::Partition>` and the outputs of the stack, `<Name>`, for their values.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stackinstances-override.html
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from guardrails.cloudformation import METADATA, REVISION, SETTINGS
from guardrails.cloudformation.drift import places_of_settings
from guardrails.cloudformation.operations import is_suspended, operate
from guardrails.cloudformation.stack_instances import AT_ONCE, AccountName, Instance, instances, place
from guardrails.cloudformation.stacks import find
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot
from guardrails.errors import AwsAccessDenied, AwsError

Probe = Mapping[str, Any]
Found = Iterator[Difference | BlindSpot]
_VALUE: Final = re.compile(r"<([A-Za-z0-9:]+)>")


def probes_of(template: Mapping[str, Any]) -> Sequence[Probe]:
    """The probes that a template declares."""
    declared: Sequence[Probe] = template.get("Metadata", {}).get(METADATA, ())
    return declared


def stack_settings(aws: Reader, stack: str, template: Mapping[str, Any], type_name: str, where: str = "") -> Found:
    """The settings that differ in one stack of the place that `aws` is bound to, by name; `where` ("dev/eu-west-1") leads each.

    A stack that is gone has none: that it is gone is told by its drift.
    """
    probes = probes_of(template)
    stack_found = find(aws, stack) if probes else None
    if not stack_found:
        return
    values = _values(stack_found)
    for probe in probes:
        if probe.get("Region", aws.region) != aws.region:
            continue
        try:
            live = _answer(aws, _filled(probe, values))
        except AwsError as error:
            remedy = f"let the caller perform {error.operation}" if isinstance(error, AwsAccessDenied) else ""
            reason = f"{probe['Name']} could not be probed: {error}"
            yield BlindSpot(f"{type_name} {stack}", aws.account, aws.region, reason, remedy)
            continue
        if "NotOurs" in probe and _part(live, probe["NotOurs"]) == probe["NotOurs"]:
            continue
        expected = _filled(probe["Expected"], values)
        if (shown := _part(live, expected)) != expected:
            name = f"{where} {SETTINGS}.{probe['Name']}".strip()
            yield Difference(name, *_unwrapped(shown, expected))


def instance_settings(
    aws: Reader, stack_set: str, template: Mapping[str, Any], type_name: str, account_name: AccountName
) -> Found:
    """The settings that differ beneath a set's instances, each probed in its own account and region, side by side."""
    if not probes_of(template):
        return

    def look(instance: Instance) -> list[Difference | BlindSpot]:
        account, where = account_name(instance["Account"]), place(instance, account_name)
        try:
            there = aws.afresh().at(account, instance["Region"])
            return list(stack_settings(there, instance["StackId"], template, type_name, where))
        except AwsError as error:
            reason = f"settings of {where} could not be probed: {error}"
            return [BlindSpot(f"{type_name} {stack_set}", account, instance["Region"], reason)]

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for found in threads.map(look, filter(_is_deployed, instances(aws.afresh(), stack_set))):
            yield from found


def revision(stack: Mapping[str, Any], template: Mapping[str, Any], *, again: bool) -> dict[str, str]:
    """The parameter that keeps the revision of a described stack, or (`again`) has its settings put again; of the template it will have."""
    if REVISION not in template.get("Parameters", {}) or not probes_of(template):
        return {}
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", ())}
    return {REVISION: _next(given.get(REVISION, "0")) if again else given.get(REVISION, "0")}


def _next(count: str) -> str:
    return str(int(count) + 1)


def put_again(
    aws: Writer, stack_set: str, differences: Iterable[Difference], root: str, account_name: AccountName
) -> Iterator[str]:
    """Have the settings put again in the places that the differences name, and nowhere else; gives the failures.

    Every place keeps whatever other parameters somebody has overridden there.
    """
    shown = places_of_settings(differences)
    chosen = [one for one in instances(aws, stack_set) if place(one, account_name) in shown] if shown else []
    present = {(one["Account"], one["Region"]): _overrides(aws, stack_set, one) for one in chosen}
    following = _next(max((given.get(REVISION, "0") for given in present.values()), key=int, default="0"))
    accounts: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (account, region), given in present.items():
        accounts.setdefault((region, tuple(sorted(given.keys() - {REVISION}))), []).append(account)
    regions: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (region, kept), some in accounts.items():
        regions.setdefault((tuple(sorted(some)), kept), []).append(region)
    for (some_accounts, kept), shared in regions.items():
        targets = {"OrganizationalUnitIds": [root], "Accounts": list(some_accounts)}
        request = {
            "DeploymentTargets": {**targets, "AccountFilterType": "INTERSECTION"},
            "Regions": shared,
            "ParameterOverrides": [
                {"ParameterKey": REVISION, "ParameterValue": following},
                *({"ParameterKey": key, "UsePreviousValue": True} for key in kept),
            ],
        }
        yield from operate(aws, stack_set, "update_stack_instances", request, account_name)


def _is_deployed(instance: Instance) -> bool:
    """Whether there is a stack that can be looked into."""
    return "StackId" in instance and not is_suspended(instance.get("StackInstanceStatus", {}).get("DetailedStatus", ""))


def _overrides(aws: Reader, stack_set: str, instance: Instance) -> dict[str, str]:
    asked = {"StackInstanceAccount": instance["Account"], "StackInstanceRegion": instance["Region"]}
    found = aws.read("cloudformation", "describe_stack_instance", StackSetName=stack_set, **asked)["StackInstance"]
    return {one["ParameterKey"]: one.get("ParameterValue", "") for one in found.get("ParameterOverrides", ())}


def _values(stack: Mapping[str, Any]) -> dict[str, str]:
    """What the placeholders in a stack's probes stand for."""
    _, partition, _, region, account, _ = stack["StackId"].split(":", 5)
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    return {**outputs, "AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": account}


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _VALUE.sub(lambda match: values.get(match[1], match[0]), value)
    if isinstance(value, Mapping):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value


def _answer(aws: Reader, probe: Probe) -> Any:
    """What a probe answers, ABSENT where that says that there is no such setting."""
    call = probe["Probe"]
    try:
        answer = aws.afresh().read(call["Service"], call["Operation"], **call["Parameters"])
        return json.loads(json.dumps(answer, default=str))
    except AwsError as error:
        if error.code in probe.get("Absent", ()):
            return ABSENT
        raise


def _part(found: Any, expected: Any) -> Any:
    """The part of an answer that is compared with what is expected: equal to it if the setting holds."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return {key: _part(found.get(key), value) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [_part(one, other) for one, other in zip(found, expected, strict=True)]
    return found


def _unwrapped(live: Any, expected: Any) -> tuple[Any, Any]:
    """A live and an expected value without the names around them, as long as there is but one."""
    while isinstance(expected, Mapping) and isinstance(live, Mapping) and len(expected) == 1:
        ((live,), (expected,)) = live.values(), expected.values()
    return live, expected
