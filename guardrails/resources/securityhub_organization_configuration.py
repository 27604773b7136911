"""Whether Security Hub is configured centrally, by policies, or by each account for itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, account_address
from guardrails.security_hub.central_configuration import organization_configuration

UNDER_WAY: Final = frozenset({"ENABLED", "PENDING"})
NOT_YET: Final = ("InvalidAccessException",)
"""How AWS refuses an administrator whose designation is not yet in effect."""
REASONS: Final[Mapping[str, str]] = {
    "DISABLED": "policies of AWS Organizations (SECURITYHUB_CSPM_POLICY) manage Security Hub: take them off first"
}
START_TIMEOUT: Final = 900.0


@dataclass(frozen=True, kw_only=True)
class SecurityHubOrganizationConfiguration(Resource):
    """Central configuration, which its administrator starts in its home region; it takes a finding aggregator there.

    `configuration_type` is CENTRAL or LOCAL; live, "CENTRAL (PENDING)", (FAILED) or (DISABLED) where it has no effect.
    """

    TYPE = "Guardrails::SecurityHub::OrganizationConfiguration"

    configuration_type: str = "CENTRAL"


class SecurityHubOrganizationConfigurations(ResourceType[SecurityHubOrganizationConfiguration]):
    """A setting of the administrator's account in its home region; it holds in the linked regions too."""

    resource = SecurityHubOrganizationConfiguration
    source = "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateOrganizationConfiguration.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[SecurityHubOrganizationConfiguration], names: Directory
    ) -> Iterator[Live[SecurityHubOrganizationConfiguration] | BlindSpot]:
        """Two calls where it is wanted."""
        for want in wanted:
            identity = names.get(account_address(want.account))
            found = organization_configuration(aws, identity)
            if found is None or identity is None:
                continue
            kind, status = found["ConfigurationType"], found["Status"]
            live = SecurityHubOrganizationConfiguration(
                name=want.name,
                account=want.account,
                region=want.region,
                configuration_type=kind if status == "ENABLED" else f"{kind} ({status})",
            )
            yield Live(live, {"id": identity})

    def put(
        self,
        aws: Writer,
        want: SecurityHubOrganizationConfiguration,
        live: Live[SecurityHubOrganizationConfiguration] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Start central configuration and wait until it has started; under it nothing else may be switched on by itself."""
        aws.write(
            "securityhub",
            "update_organization_configuration",
            AutoEnable=False,
            AutoEnableStandards="NONE",
            OrganizationConfiguration={"ConfigurationType": want.configuration_type},
            retry_on=NOT_YET,
        )
        _await_start(aws)
        return {"id": names.id(account_address(want.account))}


def _await_start(aws: Writer) -> None:
    what = "securityhub:update_organization_configuration"

    def look() -> bool | None:
        found = aws.read("securityhub", "describe_organization_configuration")["OrganizationConfiguration"]
        if found["Status"] not in UNDER_WAY:
            reason = found.get("StatusMessage") or REASONS.get(found["Status"], "AWS gives no reason")
            raise AwsError(what, found["Status"], reason, account=aws.account, region=aws.region)
        return True if found["Status"] == "ENABLED" else None

    aws.wait_for(look, what=what, every=5, timeout=START_TIMEOUT)


TYPE = SecurityHubOrganizationConfigurations()
