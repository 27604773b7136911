"""Configuration policies of Security Hub: which standards and controls are on in the accounts that they are associated with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import OWNERSHIP_TAG, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.resources import ACCOUNT_TYPE, CONFIGURATION_POLICY_TYPE
from guardrails.security_hub.central_configuration import central_administrator
from guardrails.tagging import is_ours

LISTS: Final = ("EnabledSecurityControlIdentifiers", "DisabledSecurityControlIdentifiers")
PARAMETERS: Final = "SecurityControlCustomParameters"
STILL_ASSOCIATED: Final = ("ResourceConflictException",)


@dataclass(frozen=True, kw_only=True)
class SecurityHubConfigurationPolicy(Resource):
    """One configuration policy, complete in itself.

    `standards` are ARNs, sorted. `controls` is the one list that AWS takes, by its name there: DisabledSecurityControlIdentifiers, all
    others being on, or EnabledSecurityControlIdentifiers, all others being off. `parameters` are the values of controls'
    parameters, by control and parameter, each as {"Integer": 14}. Where `service_enabled` is False the three are empty.
    """

    TYPE = CONFIGURATION_POLICY_TYPE

    description: str = ""
    service_enabled: bool = True
    standards: tuple[str, ...] = ()
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)


class ConfigurationPolicies(ObjectType[SecurityHubConfigurationPolicy]):
    """Policies carry our tag. Their associations are resources of their own, and go before them."""

    resource = SecurityHubConfigurationPolicy
    source = "https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policies-overview.html"
    after = frozenset({ACCOUNT_TYPE})

    def observe(
        self, aws: Reader, wanted: Sequence[SecurityHubConfigurationPolicy], names: Directory
    ) -> Iterator[Live[SecurityHubConfigurationPolicy] | BlindSpot]:
        """Where the organization is configured centrally: one call for all policies, two for each; AWS takes at most twenty."""
        place = central_administrator(aws, names, ACCOUNT_TYPE)
        if place is None:
            return
        for listed in place.items("securityhub", "list_configuration_policies", "ConfigurationPolicySummaries"):
            found = place.read("securityhub", "get_configuration_policy", Identifier=listed["Id"])
            tags = place.read("securityhub", "list_tags_for_resource", ResourceArn=listed["Arn"])["Tags"]
            content = found["ConfigurationPolicy"]["SecurityHub"]
            controls = content.get("SecurityControlsConfiguration", {})
            live = SecurityHubConfigurationPolicy(
                name=listed["Name"],
                account=place.account,
                region=place.region,
                description=found.get("Description", ""),
                service_enabled=content["ServiceEnabled"],
                standards=tuple(sorted(content.get("EnabledStandardIdentifiers", ()))),
                controls={name: tuple(sorted(controls[name])) for name in LISTS if name in controls},
                parameters=_parameters(controls.get(PARAMETERS, ())),
            )
            yield Live(live, {"id": listed["Id"], "arn": listed["Arn"]}, managed=is_ours(tags))

    def put(
        self,
        aws: Writer,
        want: SecurityHubConfigurationPolicy,
        live: Live[SecurityHubConfigurationPolicy] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Make it with our tag; or replace what it says, and tag it."""
        said: dict[str, Any] = {"Description": want.description, "ConfigurationPolicy": {"SecurityHub": _content(want)}}
        if live is None:
            tags = {OWNERSHIP_TAG: "true"}
            made = aws.write("securityhub", "create_configuration_policy", Name=want.name, **said, Tags=tags)
            return {"id": made["Id"], "arn": made["Arn"]}
        if live.resource.properties() != want.properties():
            aws.write("securityhub", "update_configuration_policy", Identifier=live.attributes["id"], **said)
        if not live.managed:
            tags = {OWNERSHIP_TAG: "true"}
            aws.write("securityhub", "tag_resource", ResourceArn=live.attributes["arn"], Tags=tags)
        return live.attributes

    def delete(self, aws: Writer, live: Live[SecurityHubConfigurationPolicy], names: Directory) -> None:
        """Delete it, as soon as AWS has carried out the disassociations that came before."""
        identity = live.attributes["id"]
        aws.write("securityhub", "delete_configuration_policy", Identifier=identity, retry_on=STILL_ASSOCIATED)


def _parameters(custom: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The values that were customized, by control and parameter; what AWS chooses itself is left out."""
    return {
        each["SecurityControlId"]: {
            name: value["Value"] for name, value in each.get("Parameters", {}).items() if value["ValueType"] == "CUSTOM"
        }
        for each in custom
    }


def _content(want: SecurityHubConfigurationPolicy) -> dict[str, Any]:
    """The policy as the API takes it."""
    if not want.service_enabled:
        return {"ServiceEnabled": False}
    controls: dict[str, Any] = {name: list(listed) for name, listed in want.controls.items()}
    if want.parameters:
        controls[PARAMETERS] = [
            {
                "SecurityControlId": control,
                "Parameters": {name: {"ValueType": "CUSTOM", "Value": value} for name, value in values.items()},
            }
            for control, values in sorted(want.parameters.items())
        ]
    return {
        "ServiceEnabled": True,
        "EnabledStandardIdentifiers": list(want.standards),
        "SecurityControlsConfiguration": controls,
    }


TYPE = ConfigurationPolicies()
