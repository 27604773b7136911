"""Organization policy types: whether a kind of policy may be attached anywhere in the organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ROOT_ADDRESS

ENABLING_TIMEOUT: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class PolicyType(Resource):
    """One organization policy type; `name` is AWS's ("SERVICE_CONTROL_POLICY"), `status` is "ENABLED"."""

    TYPE = "Guardrails::Organizations::PolicyType"

    status: str = "ENABLED"


class PolicyTypes(ResourceType[PolicyType]):
    """A setting of the root: enabled, or not there."""

    resource = PolicyType
    source = "https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html"

    def observe(
        self, aws: Reader, wanted: Sequence[PolicyType], names: Directory
    ) -> Iterator[Live[PolicyType] | BlindSpot]:
        """One call: the root knows its policy types."""
        for root in aws.items("organizations", "list_roots", "Roots"):
            for kind in root["PolicyTypes"]:
                yield Live(PolicyType(name=kind["Type"], status=kind["Status"]), {"id": kind["Type"]})

    def put(self, aws: Writer, want: PolicyType, live: Live[PolicyType] | None, names: Directory) -> Mapping[str, str]:
        """Enable the type and wait until the root says so: enabling is asynchronous."""
        if live is None or live.resource.status != "PENDING_ENABLE":
            aws.write("organizations", "enable_policy_type", RootId=names.id(ROOT_ADDRESS), PolicyType=want.name)

        def enabled() -> bool | None:
            kinds = [kind for root in aws.items("organizations", "list_roots", "Roots") for kind in root["PolicyTypes"]]
            return any(kind["Type"] == want.name and kind["Status"] == want.status for kind in kinds) or None

        aws.wait_for(enabled, what=f"organizations:enable_policy_type {want.name}", every=2, timeout=ENABLING_TIMEOUT)
        return {"id": want.name}


TYPE = PolicyTypes()
