"""Which configuration holds for an account, an OU or the root, said of it directly; what is below inherits it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.resources import (
    ACCOUNT_TYPE,
    CONFIGURATION_POLICY_TYPE,
    ORGANIZATIONAL_UNIT_TYPE,
    ROOT_ADDRESS,
    configuration_policy_address,
)
from guardrails.security_hub import SELF_MANAGED
from guardrails.security_hub.central_configuration import central_administrator
from guardrails.tagging import is_ours

KINDS: Final[Mapping[str, str]] = {
    "ACCOUNT": ACCOUNT_TYPE,
    "ORGANIZATIONAL_UNIT": ORGANIZATIONAL_UNIT_TYPE,
    "ROOT": ROOT_ADDRESS.type,
}
PARAMETERS: Final[Mapping[str, str]] = {
    ACCOUNT_TYPE: "AccountId",
    ORGANIZATIONAL_UNIT_TYPE: "OrganizationalUnitId",
    ROOT_ADDRESS.type: "RootId",
}
LISTED: Final = ("list_configuration_policy_associations", "ConfigurationPolicyAssociationSummaries")
GONE: Final = "ResourceNotFoundException"


def association_name(target: Address) -> str:
    """What the association of a target is called: the target's name, "account …" before an account's."""
    return f"account {target.name}" if target.type == ACCOUNT_TYPE else target.name


@dataclass(frozen=True, kw_only=True)
class SecurityHubConfigurationPolicyAssociation(Resource):
    """What was said of one target: the address of a configuration policy, or SELF_MANAGED_SECURITY_HUB.

    `failed` are the accounts that it governs and that AWS could not configure, each with AWS's reason. One that is on its way is
    not among them: it may take a day.
    """

    TYPE = "AWS::SecurityHub::PolicyAssociation"

    target: Address
    configuration: Address | str
    failed: Mapping[str, str] = field(default_factory=dict)


class ConfigurationPolicyAssociations(ObjectType[SecurityHubConfigurationPolicyAssociation]):
    """An association is ours when the policy's tag is; and a target that was let manage itself, as long as we configure centrally."""

    resource = SecurityHubConfigurationPolicyAssociation
    source = "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_StartConfigurationPolicyAssociation.html"
    after = frozenset({ACCOUNT_TYPE, ORGANIZATIONAL_UNIT_TYPE, CONFIGURATION_POLICY_TYPE})

    def observe(
        self, aws: Reader, wanted: Sequence[SecurityHubConfigurationPolicyAssociation], names: Directory
    ) -> Iterator[Live[SecurityHubConfigurationPolicyAssociation] | BlindSpot]:
        """Where the organization is configured centrally: the pages of what was said directly, and of what failed."""
        place = central_administrator(aws, names, ACCOUNT_TYPE)
        if place is None:
            return
        applied = list(place.items("securityhub", *LISTED, Filters={"AssociationType": "APPLIED"}))
        failures = _failures(place, names, {each["TargetId"] for each in applied})
        ours = _our_policies(place)
        for found in applied:
            target, policy = _target(found, names), found["ConfigurationPolicyId"]
            live = SecurityHubConfigurationPolicyAssociation(
                name=association_name(target),
                account=place.account,
                region=place.region,
                target=target,
                configuration=_configuration(place, policy, names),
                failed=failures.get(found["TargetId"], {}),
            )
            managed = policy in ours or (policy == SELF_MANAGED and bool(wanted))
            yield Live(live, {"id": found["TargetId"], "policy": policy}, managed=managed)

    def put(
        self,
        aws: Writer,
        want: SecurityHubConfigurationPolicyAssociation,
        live: Live[SecurityHubConfigurationPolicyAssociation] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Say it of the target, by one write; AWS then brings it to the accounts, and tries again where it had failed."""
        policy = want.configuration if isinstance(want.configuration, str) else names.id(want.configuration)
        identity = names.id(want.target)
        aws.write(
            "securityhub",
            "start_configuration_policy_association",
            ConfigurationPolicyIdentifier=policy,
            Target={PARAMETERS[want.target.type]: identity},
        )
        return {"id": identity, "policy": policy}

    def delete(self, aws: Writer, live: Live[SecurityHubConfigurationPolicyAssociation], names: Directory) -> None:
        """Take it back: the target inherits from above, or keeps its settings and manages itself."""
        aws.write(
            "securityhub",
            "start_configuration_policy_disassociation",
            ConfigurationPolicyIdentifier=live.attributes["policy"],
            Target={PARAMETERS[live.resource.target.type]: live.attributes["id"]},
        )


def _failures(aws: Reader, names: Directory, targets: set[str]) -> dict[str, dict[str, str]]:
    """By target, the active accounts that it governs and that could not be configured, each with the reason.

    Which target governs an account follows from the account's path in the organization: the nearest one above it, or itself.
    """
    failed = list(aws.items("securityhub", *LISTED, Filters={"AssociationStatus": "FAILED"}))
    accounts = {each["TargetId"]: each for each in failed if each["TargetType"] == "ACCOUNT"}
    found: dict[str, dict[str, str]] = {}
    listed = aws.at(account="").items("organizations", "list_accounts", "Accounts") if accounts else ()
    for account in listed:
        failure = accounts.get(account["Id"])
        if failure is None or account.get("State", account.get("Status")) != "ACTIVE":
            continue
        line = account["Paths"][0].strip("/").split("/")
        governing = next((step for step in reversed(line) if step in targets), "")
        address = names.address_of(ACCOUNT_TYPE, account["Id"])
        reason = failure.get("AssociationStatusMessage", "AWS gives no reason")
        found.setdefault(governing, {})[address.name if address else account["Id"]] = reason
    return found


def _our_policies(aws: Reader) -> set[str]:
    """The ids of the configuration policies that carry our tag."""
    listed = aws.items("securityhub", "list_configuration_policies", "ConfigurationPolicySummaries")
    return {
        each["Id"]
        for each in listed
        if is_ours(aws.read("securityhub", "list_tags_for_resource", ResourceArn=each["Arn"])["Tags"])
    }


def _target(found: Mapping[str, Any], names: Directory) -> Address:
    kind = KINDS[found["TargetType"]]
    return names.address_of(kind, found["TargetId"]) or Address(kind, found["TargetId"])


def _configuration(aws: Reader, policy: str, names: Directory) -> Address | str:
    if policy == SELF_MANAGED:
        return policy
    known = names.address_of(CONFIGURATION_POLICY_TYPE, policy)
    return known or configuration_policy_address(policy, aws.account, aws.region)


TYPE = ConfigurationPolicyAssociations()
