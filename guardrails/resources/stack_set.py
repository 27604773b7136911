"""Service-managed CloudFormation stack sets: what lands in many member accounts, in tomorrow's too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guardrails.cloudformation import given_parameters, parameter_list, parsed_template, template_body
from guardrails.cloudformation.operations import PASSES_SOON, operate, wait_until_idle
from guardrails.cloudformation.settings import instance_settings, put_again
from guardrails.cloudformation.stack_instances import active_accounts, instance_drift, instances, let_go, reverted
from guardrails.cloudformation.stack_instances import outdated as outdated_instances
from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, DeepType, Directory, Live, ObjectType, Resource
from guardrails.errors import AwsError
from guardrails.resources import (
    ACCOUNT_TYPE,
    ORGANIZATION,
    ORGANIZATIONAL_UNIT_TYPE,
    ROOT_ADDRESS,
    STACK_SETS_PRINCIPAL,
    opt_in_region_address,
    trusted_access_address,
)
from guardrails.tagging import declared_tags, is_ours, tag_list, tag_mapping

Targets = Mapping[str, tuple[Address, ...]]

UNITS_A_CALL: Final = 50
MISSING: Final = ": MISSING: no stack instance"
UNREACHED: Final = ": DISABLED: the account has yet to enable the region"
INOPERABLE: Final = ": INOPERABLE: "
"""What no operation on the set reaches any more: a person must delete the stack."""


@dataclass(frozen=True, kw_only=True)
class StackSet(Resource):
    """One service-managed stack set, administered from the home region of the management account.

    `targets` maps a region to what is deployed to there, sorted: with `auto_deployment` OUs or the root (new accounts
    are covered as they come), without it accounts, one by one. `retain_stacks` says whether stacks stay where a target goes.
    `outdated_instances` are those that are not as the set declares, as "account/region: reason"; none is desired.
    """

    TYPE = "AWS::CloudFormation::StackSet"

    template: Mapping[str, Any]
    targets: Targets
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    auto_deployment: bool = True
    retain_stacks: bool = False
    managed_execution: bool = True
    outdated_instances: tuple[str, ...] = ()

    def references(self) -> frozenset[Address]:
        """Besides what the properties name: StackSets' own trusted access."""
        return super().references() | {trusted_access_address(STACK_SETS_PRINCIPAL)}


class StackSets(ObjectType[StackSet], DeepType[StackSet]):
    """Stack sets carry our tag, as do the stacks they make, which are theirs and not ours."""

    resource = StackSet
    source = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs.html"
    after = frozenset({ORGANIZATIONAL_UNIT_TYPE, ACCOUNT_TYPE, opt_in_region_address("").type})

    def observe(
        self, aws: Reader, wanted: Sequence[StackSet], names: Directory
    ) -> Iterator[Live[StackSet] | BlindSpot]:
        """One call for each set, two more (by page) for each that is ours or wanted, and one for all accounts."""
        declared = {stack_set.name: stack_set for stack_set in wanted}
        for listed in aws.items("cloudformation", "list_stack_sets", "Summaries", Status="ACTIVE"):
            if listed.get("PermissionModel") == "SERVICE_MANAGED":
                yield _live(aws, listed["StackSetName"], declared.get(listed["StackSetName"]), names)

    def look_deeper(self, aws: Reader, live: Live[StackSet], names: Directory) -> Iterator[Difference | BlindSpot]:
        """One drift detection for the whole set, the drifts of each instance that has some, and each setting in each instance."""
        name, account_name = live.resource.name, _names_of_accounts(names)
        yield from instance_drift(aws, name, self.name, account_name)
        yield from instance_settings(aws, name, live.resource.template, self.name, account_name)

    def put(self, aws: Writer, want: StackSet, live: Live[StackSet] | None, names: Directory) -> Mapping[str, str]:
        """Create the set; withdraw from what is gone or too much, update what is outdated, deploy to what is missing, each to its end.

        Each step asks afresh, after whatever was still under way: so a put that was cut off is completed by the next. What goes, goes
        first: withdrawing from an OU takes the instances of all accounts in it, also where another target covers them.

        Raises: AwsError, with every stack instance that failed and why.
        """
        if not any(listed["StackSetName"] == want.name for listed in _active(aws)):
            aws.write("cloudformation", "create_stack_set", **_request(want), PermissionModel="SERVICE_MANAGED")
        wait_until_idle(aws, want.name)
        drift, account_name, root = live.drift if live else (), _names_of_accounts(names), _id(ROOT_ADDRESS, names)
        failures = list(let_go(aws, want.name, drift, root, account_name))
        now = _live(aws, want.name, want, names)
        failures += [item for item in now.resource.outdated_instances if INOPERABLE in item]
        if surplus := surplus_of(now.resource.targets, want.targets):
            failures += _withdrawn(aws, now.resource, surplus, names)
        if not now.managed or _definition(now.resource) != _definition(want) or _stale(now.resource):
            failures += _operate(aws, want.name, "update_stack_set", _request(want), names)
        now = _live(aws, want.name, want, names)
        for request in [
            *_requests(surplus_of(want.targets, now.resource.targets), now.resource, names),
            *_gaps(aws, now.resource, names),
        ]:
            failures += _operate(aws, want.name, "create_stack_instances", request, names)
        failures += reverted(aws, want.name, drift, account_name)
        failures += put_again(aws, want.name, drift, root, account_name)
        if failures:
            message = f"{len(failures)} stack instances failed: {'; '.join(failures)}"
            raise AwsError(f"cloudformation:stack set {want.name}", "StackInstancesFailed", message)
        return now.attributes

    def delete(self, aws: Writer, live: Live[StackSet], names: Directory) -> None:
        """Withdraw the set from all of its targets, then delete it.

        Raises: AwsError, with every stack that could not be deleted and why.
        """
        name = live.resource.name
        wait_until_idle(aws, name)
        have = _live(aws, name, live.resource, names).resource
        failures = _withdrawn(aws, have, have.targets, names)
        if not failures:
            # What is left hangs in suspended accounts: nothing can be deleted there, and the set lets go of it.
            rest = replace(have, auto_deployment=False, retain_stacks=True)
            failures = _withdrawn(aws, rest, _accounts(instances(aws, name), names), names)
        if failures:
            message = f"{len(failures)} stacks could not be deleted: {'; '.join(failures)}"
            raise AwsError("cloudformation:delete_stack_instances", "StackInstancesFailed", message)
        aws.write("cloudformation", "delete_stack_set", StackSetName=name, retry_on=PASSES_SOON)


def _active(aws: Reader) -> Iterator[Mapping[str, Any]]:
    return aws.items("cloudformation", "list_stack_sets", "Summaries", Status="ACTIVE")


def _live(aws: Reader, name: str, want: StackSet | None, names: Directory) -> Live[StackSet]:
    """The set as it is; of strangers' sets neither targets nor instances are read."""
    found = aws.read("cloudformation", "describe_stack_set", StackSetName=name)["StackSet"]
    tags = tag_mapping(found.get("Tags", ()))
    template = parsed_template(found.get("TemplateBody", ""))
    automatic = found.get("AutoDeployment", {})
    targets: Targets = {}
    outdated: list[str] = []
    if is_ours(tags) or want:
        deployed, paths = instances(aws, name), active_accounts(aws)
        if automatic.get("Enabled"):
            targets = _units(aws, name, names)
            gaps = _missing(paths, deployed, targets, names)
            outdated = [f"{address.name}/{region}{MISSING}" for region, gap in gaps.items() for address in gap]
        else:
            targets = _accounts([instance for instance in deployed if instance["Account"] in paths], names)
        outdated += [*outdated_instances(deployed, _names_of_accounts(names)), *_unreached(targets, names)]
    live = StackSet(
        name=name,
        template=template,
        targets=targets,
        parameters=given_parameters(found, template, want.parameters if want else {}),
        capabilities=tuple(sorted(found.get("Capabilities", ()))),
        description=found.get("Description", ""),
        tags=declared_tags(tags),
        auto_deployment=automatic.get("Enabled", False),
        retain_stacks=automatic.get("RetainStacksOnAccountRemoval", False),
        managed_execution=found.get("ManagedExecution", {}).get("Active", False),
        outdated_instances=tuple(sorted(outdated)),
    )
    return Live(live, {"id": found["StackSetId"], "arn": found["StackSetARN"]}, managed=is_ours(tags))


def _unreached(targets: Targets, names: Directory) -> Iterator[str]:
    """The instances of accounts that get a region in this run only: what deploys to them by itself has failed by then."""
    for region in targets:
        lacking = names.get(opt_in_region_address(region), "lacking")
        yield from (f"{account}/{region}{UNREACHED}" for account in (lacking.split("/") if lacking else ()))


def _units(aws: Reader, name: str, names: Directory) -> Targets:
    found: dict[str, set[Address]] = {}
    for target in aws.items("cloudformation", "list_stack_set_auto_deployment_targets", "Summaries", StackSetName=name):
        for region in target["Regions"]:
            found.setdefault(region, set()).add(_address(target["OrganizationalUnitId"], names))
    return _sorted(found)


def _accounts(deployed: Sequence[Mapping[str, Any]], names: Directory) -> Targets:
    found: dict[str, set[Address]] = {}
    for instance in deployed:
        found.setdefault(instance["Region"], set()).add(_address(instance["Account"], names))
    return _sorted(found)


def _sorted(found: Mapping[str, set[Address]]) -> Targets:
    return {region: tuple(sorted(found[region])) for region in sorted(found)}


def _address(identity: str, names: Directory) -> Address:
    """The address of a root, an OU or an account by its id; a stranger goes by its id."""
    kinds = {"r": ROOT_ADDRESS.type, "o": ORGANIZATIONAL_UNIT_TYPE}
    kind = kinds.get(identity[0], ACCOUNT_TYPE)
    return names.address_of(kind, identity) or Address(kind, identity)


def _id(address: Address, names: Directory) -> str:
    return names.get(address) or address.name


def _definition(stack_set: StackSet) -> dict[str, Any]:
    apart = {"targets", "outdated_instances"}
    return {name: value for name, value in stack_set.properties().items() if name not in apart}


def _request(want: StackSet) -> dict[str, Any]:
    deployment: dict[str, Any] = {"Enabled": want.auto_deployment}
    if want.auto_deployment:
        deployment["RetainStacksOnAccountRemoval"] = want.retain_stacks
    return {
        "StackSetName": want.name,
        "TemplateBody": template_body(want.template),
        "Parameters": parameter_list(want.parameters),
        "Capabilities": list(want.capabilities),
        "Tags": tag_list(want.tags),
        "AutoDeployment": deployment,
        "ManagedExecution": {"Active": want.managed_execution},
        **({"Description": want.description} if want.description else {}),
    }


def surplus_of(these: Targets, those: Targets) -> Targets:
    """What these targets have and those have not."""
    left = {region: set(targets) - set(those.get(region, ())) for region, targets in these.items()}
    return _sorted({region: targets for region, targets in left.items() if targets})


def _stale(stack_set: StackSet) -> bool:
    """Whether an instance exists that an update would mend."""
    return any(MISSING not in item for item in stack_set.outdated_instances)


def _missing(
    paths: Mapping[str, set[str]], deployed: Sequence[Mapping[str, Any]], units: Targets, names: Directory
) -> Targets:
    """The accounts below these units, by region, that have no instance; the management account never has one."""
    have = {(instance["Account"], instance["Region"]) for instance in deployed}
    accounts = paths.keys() - {names.get(ORGANIZATION, "management_account_id")}
    found: dict[str, set[Address]] = {}
    for region, addresses in units.items():
        ids = {_id(address, names) for address in addresses}
        for account in accounts:
            if ids & paths[account] and (account, region) not in have:
                found.setdefault(region, set()).add(_address(account, names))
    return _sorted(found)


def _gaps(aws: Reader, have: StackSet, names: Directory) -> Iterator[dict[str, Any]]:
    """The requests that deploy to the accounts which have no instance although a target covers them."""
    if not any(MISSING in item for item in have.outdated_instances):
        return
    for region, accounts in _missing(active_accounts(aws), instances(aws, have.name), have.targets, names).items():
        units = [_id(address, names) for address in have.targets[region]]
        ids = [_id(address, names) for address in accounts]
        targets = {"OrganizationalUnitIds": units, "Accounts": ids, "AccountFilterType": "INTERSECTION"}
        yield {"DeploymentTargets": targets, "Regions": [region]}


def _requests(targets: Targets, have: StackSet, names: Directory) -> Iterator[dict[str, Any]]:
    """The fewest requests that name these targets and nothing else: regions with the same targets share one."""
    regions: dict[tuple[Address, ...], list[str]] = {}
    for region, addresses in targets.items():
        regions.setdefault(addresses, []).append(region)
    for addresses, shared in regions.items():
        ids = [_id(address, names) for address in addresses]
        for start in range(0, len(ids), UNITS_A_CALL):
            some: dict[str, Any] = {"OrganizationalUnitIds": ids[start : start + UNITS_A_CALL]}
            if not have.auto_deployment:
                some = {"Accounts": some["OrganizationalUnitIds"], "AccountFilterType": "INTERSECTION"}
                some["OrganizationalUnitIds"] = [names.id(ROOT_ADDRESS)]
            yield {"DeploymentTargets": some, "Regions": shared}


def _withdrawn(aws: Writer, have: StackSet, targets: Targets, names: Directory) -> list[str]:
    """Delete the stack instances of these targets; gives the failures."""
    failures: list[str] = []
    for request in _requests(targets, have, names):
        retained = {**request, "RetainStacks": have.retain_stacks}
        failures += _operate(aws, have.name, "delete_stack_instances", retained, names)
    return failures


def _operate(aws: Writer, name: str, operation: str, request: Mapping[str, Any], names: Directory) -> list[str]:
    return operate(aws, name, operation, request, _names_of_accounts(names))


def _names_of_accounts(names: Directory) -> Callable[[str], str]:
    return lambda identity: _address(identity, names).name


TYPE = StackSets()
