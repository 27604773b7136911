"""Permission sets of IAM Identity Center: what people may do once they are in an account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.identity_center import (
    ONE_AT_A_TIME,
    find_instance,
    instance,
    instance_of,
    not_enabled,
    policies,
    provision,
)
from guardrails.identity_center.policies import AttachedPolicies, which
from guardrails.tagging import declared_tags, is_ours, tag_list, tag_mapping

OWN_REQUEST: Final = {
    "description": "Description",
    "session_duration": "SessionDuration",
    "relay_state": "RelayState",
}


@dataclass(frozen=True, kw_only=True)
class PermissionSet(Resource):
    """One permission set; `session_duration` is ISO 8601 ("PT8H"), `managed_policies` are ARNs, `inline_policy` the parsed document.

    `customer_managed_policies` are paths and names ("/teams/Billing"); `permissions_boundary` is one of the two, "" for none.
    `description` and `relay_state` None mean: whatever is live, as AWS cannot empty them. `provisioned` says that every account in
    which the set is used has it as it is now: a change reaches accounts only when it is provisioned to them. `origin` is where a
    declared one was written, as file:line.
    """

    TYPE = "AWS::SSO::PermissionSet"

    description: str | None = None
    session_duration: str = "PT1H"
    relay_state: str | None = None
    managed_policies: tuple[str, ...] = ()
    inline_policy: Mapping[str, Any] = field(default_factory=dict)
    customer_managed_policies: tuple[str, ...] = ()
    permissions_boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    provisioned: bool = True
    origin: str = field(default="", compare=False, metadata={"managed": False})


class PermissionSets(ObjectType[PermissionSet]):
    """Permission sets carry our tag."""

    resource = PermissionSet
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html"

    def observe(
        self, aws: Reader, wanted: Sequence[PermissionSet], names: Directory
    ) -> Iterator[Live[PermissionSet] | BlindSpot]:
        """One call for a hundred sets, two for each, five more for each that is wanted."""
        found = find_instance(aws)
        if found is None:
            yield from not_enabled(self.name, aws, wanted)
            return
        declared = {want.name for want in wanted}
        for arn in aws.items("sso-admin", "list_permission_sets", "PermissionSets", InstanceArn=found.arn):
            described = aws.read("sso-admin", "describe_permission_set", **which(arn))["PermissionSet"]
            tags = _tags(aws, arn)
            live = PermissionSet(
                name=described["Name"],
                **{ours: described.get(theirs, "") for ours, theirs in OWN_REQUEST.items()},
                tags=declared_tags(tags),
                **(_details(aws, arn) if described["Name"] in declared else {}),
            )
            yield Live(live, {"id": arn, "arn": arn}, managed=is_ours(tags))

    def put(
        self, aws: Writer, want: PermissionSet, live: Live[PermissionSet] | None, names: Directory
    ) -> Mapping[str, str]:
        """Create or change the set and its policies; then bring a changed set to the accounts that use it."""
        if live is None:
            arn = _created(aws, want)
            policies.put(aws, arn, _attached(want), AttachedPolicies())
            return {"id": arn, "arn": arn}
        arn, have = live.attributes["id"], live.resource
        renewed = _put_own(aws, arn, want, have)
        if policies.put(aws, arn, _attached(want), _attached(have)) or renewed or not have.provisioned:
            provision(aws, arn)
        _put_tags(aws, arn, want, live)
        return live.attributes

    def delete(self, aws: Writer, live: Live[PermissionSet], names: Directory) -> None:
        """Delete the set; AWS refuses while anybody is assigned it."""
        aws.write("sso-admin", "delete_permission_set", **which(live.attributes["id"]), retry_on=ONE_AT_A_TIME)


def _details(aws: Reader, arn: str) -> dict[str, Any]:
    attached = policies.observed(aws, arn)
    behind = aws.items(
        "sso-admin",
        "list_accounts_for_provisioned_permission_set",
        "AccountIds",
        **which(arn),
        ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED",
    )
    return {
        "managed_policies": attached.managed,
        "customer_managed_policies": attached.customer_managed,
        "inline_policy": attached.inline,
        "permissions_boundary": attached.boundary,
        "provisioned": next(behind, None) is None,
    }


def _attached(permission_set: PermissionSet) -> AttachedPolicies:
    return AttachedPolicies(
        permission_set.managed_policies,
        permission_set.customer_managed_policies,
        permission_set.inline_policy,
        permission_set.permissions_boundary,
    )


def _own(want: PermissionSet) -> dict[str, Any]:
    """What describes the set itself, in AWS's words; what is empty cannot be sent."""
    return {theirs: value for ours, theirs in OWN_REQUEST.items() if (value := getattr(want, ours))}


def _tags(aws: Reader, arn: str) -> dict[str, str]:
    listed = aws.items("sso-admin", "list_tags_for_resource", "Tags", InstanceArn=instance_of(arn), ResourceArn=arn)
    return tag_mapping(list(listed))


def _created(aws: Writer, want: PermissionSet) -> str:
    made = aws.write(
        "sso-admin",
        "create_permission_set",
        InstanceArn=instance(aws).arn,
        Name=want.name,
        Tags=tag_list(want.tags),
        **_own(want),
        retry_on=ONE_AT_A_TIME,
    )
    return str(made["PermissionSet"]["PermissionSetArn"])


def _put_own(aws: Writer, arn: str, want: PermissionSet, have: PermissionSet) -> bool:
    """Everything is named: AWS may reset what an update leaves out."""
    goal = {**_own(have), **_own(want)}
    if goal == _own(have):
        return False
    aws.write("sso-admin", "update_permission_set", **which(arn), **goal, retry_on=ONE_AT_A_TIME)
    return True


def _put_tags(aws: Writer, arn: str, want: PermissionSet, live: Live[PermissionSet]) -> None:
    which: dict[str, Any] = {"InstanceArn": instance_of(arn), "ResourceArn": arn}
    if not live.managed or dict(live.resource.tags) != {**live.resource.tags, **want.tags}:
        aws.write("sso-admin", "tag_resource", **which, Tags=tag_list(want.tags), retry_on=ONE_AT_A_TIME)
    surplus = [key for key in live.resource.tags if key not in want.tags]
    if surplus:
        aws.write("sso-admin", "untag_resource", **which, TagKeys=surplus, retry_on=ONE_AT_A_TIME)


TYPE = PermissionSets()
