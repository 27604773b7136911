"""Trusted access: which AWS services may act in the whole organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.resources import STACK_SETS_PRINCIPAL

PASSES_SOON: Final = ("InvalidOperationException",)


@dataclass(frozen=True, kw_only=True)
class TrustedAccess(Resource):
    """The trusted access of one service; `name` is its service principal. It has no properties: it is there or not."""

    TYPE = "Guardrails::Organizations::TrustedAccess"


class TrustedAccesses(ObjectType[TrustedAccess]):
    """Owned by declaration. StackSets have an activation of their own, of which the service principal is only a part.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ActivateOrganizationsAccess.html
    """

    resource = TrustedAccess
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html"
    tagged = False

    def observe(
        self, aws: Reader, wanted: Sequence[TrustedAccess], names: Directory
    ) -> Iterator[Live[TrustedAccess] | BlindSpot]:
        """One call for all services, one for StackSets' activation, which is worth nothing without the service principal."""
        listed = aws.items("organizations", "list_aws_service_access_for_organization", "EnabledServicePrincipals")
        enabled = {entry["ServicePrincipal"] for entry in listed}
        if aws.read("cloudformation", "describe_organizations_access")["Status"] != "ENABLED":
            enabled.discard(STACK_SETS_PRINCIPAL)
        for principal in sorted(enabled):
            yield Live(TrustedAccess(name=principal), {"id": principal})

    def put(
        self, aws: Writer, want: TrustedAccess, live: Live[TrustedAccess] | None, names: Directory
    ) -> Mapping[str, str]:
        """Give the service access."""
        if want.name == STACK_SETS_PRINCIPAL:
            aws.write("cloudformation", "activate_organizations_access", retry_on=PASSES_SOON)
        else:
            aws.write("organizations", "enable_aws_service_access", ServicePrincipal=want.name)
        return {"id": want.name}

    def delete(self, aws: Writer, live: Live[TrustedAccess], names: Directory) -> None:
        """Take the access away; what the service made in the accounts stays."""
        principal = live.resource.name
        if principal == STACK_SETS_PRINCIPAL:
            aws.write("cloudformation", "deactivate_organizations_access")
        else:
            aws.write("organizations", "disable_aws_service_access", ServicePrincipal=principal)


TYPE = TrustedAccesses()
