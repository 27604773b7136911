"""Organization policy types: whether a kind of policy may be attached anywhere in the organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ROOT_ADDRESS

ENABLING_TIMEOUT: Final = 300.0
DISABLED: Final = "DISABLED"


@dataclass(frozen=True, kw_only=True)
class PolicyType(Resource):
    """One organization policy type; `name` is AWS's ("SERVICE_CONTROL_POLICY"), `status` is "ENABLED" or "DISABLED"."""

    TYPE = "Guardrails::Organizations::PolicyType"

    status: str = "ENABLED"


class PolicyTypes(ResourceType[PolicyType]):
    """A setting of the root: enabled or not. Nothing is disabled that is only not declared."""

    resource = PolicyType
    source = "https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html"

    def observe(
        self, aws: Reader, wanted: Sequence[PolicyType], names: Directory
    ) -> Iterator[Live[PolicyType] | BlindSpot]:
        """One call: the root knows its policy types, and does not name those that are disabled."""
        known = {kind.name: DISABLED for kind in wanted if kind.status == DISABLED} | _statuses(aws)
        for name, status in known.items():
            yield Live(PolicyType(name=name, status=status), {"id": name})

    def put(self, aws: Writer, want: PolicyType, live: Live[PolicyType] | None, names: Directory) -> Mapping[str, str]:
        """Enable or disable the type and wait until the root says so: both are asynchronous. Disabling detaches its policies."""
        verb = "disable" if want.status == DISABLED else "enable"
        if live is None or live.resource.status != f"PENDING_{verb.upper()}":
            aws.write(
                "organizations",
                f"{verb}_policy_type",
                RootId=names.id(ROOT_ADDRESS),
                PolicyType=want.name,
                retry_on=("PolicyChangesInProgressException",),
            )

        def reached() -> bool | None:
            return _statuses(aws).get(want.name, DISABLED) == want.status or None

        aws.wait_for(reached, what=f"organizations:{verb}_policy_type {want.name}", every=2, timeout=ENABLING_TIMEOUT)
        return {"id": want.name}


def _statuses(aws: Reader) -> dict[str, str]:
    """The status of each policy type that the root names."""
    roots = aws.items("organizations", "list_roots", "Roots")
    return {kind["Type"]: kind["Status"] for root in roots for kind in root["PolicyTypes"]}


TYPE = PolicyTypes()
