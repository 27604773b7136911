"""Account assignments of IAM Identity Center: who may enter which account with which permission set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.identity_center import ONE_AT_A_TIME, find_instance, follow, instance_of, not_enabled
from guardrails.resources import ACCOUNT_TYPE, group_address, permission_set_address

GROUP_TYPE: Final = group_address("").type
PERMISSION_SET_TYPE: Final = permission_set_address("").type
USER_TYPE: Final = "AWS::IdentityStore::User"
KINDS: Final = {"GROUP": GROUP_TYPE, "USER": USER_TYPE}


@dataclass(frozen=True, kw_only=True)
class AccountAssignment(Resource):
    """One assignment; `name` is "<group> | <permission set> | <account>", and what it names are its only properties.

    `principal` is a group; a person, where somebody assigned one by hand, is called "user <id>". `target` is the account.
    """

    TYPE = "AWS::SSO::Assignment"

    principal: Address
    permission_set: Address
    target: Address

    @classmethod
    def of(cls, principal: Address, permission_set: Address, target: Address) -> Self:
        """The assignment of a principal to an account, under the name that follows from the three."""
        who = f"user {principal.name}" if principal.type == USER_TYPE else principal.name
        name = f"{who} | {permission_set.name} | {target.name}"
        return cls(name=name, principal=principal, permission_set=permission_set, target=target)


class AccountAssignments(ObjectType[AccountAssignment]):
    """Assignments have no tags: one that is declared is ours, others are only listed, or deleted where assignments are exclusive."""

    resource = AccountAssignment
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html"
    after = frozenset({ACCOUNT_TYPE, GROUP_TYPE, PERMISSION_SET_TYPE})
    tagged = False

    def observe(
        self, aws: Reader, wanted: Sequence[AccountAssignment], names: Directory
    ) -> Iterator[Live[AccountAssignment] | BlindSpot]:
        """One call for each permission set, one for each account in which it is used.

        Asking by principal would cost less, but shows no assignment of a person whom we do not ask about, nor of a group that is gone:
        under `exclusive` just those must be found.
        """
        instance = find_instance(aws)
        if instance is None:
            yield from not_enabled(self.name, aws, wanted)
            return
        for arn in aws.items("sso-admin", "list_permission_sets", "PermissionSets", InstanceArn=instance.arn):
            which = {"InstanceArn": instance.arn, "PermissionSetArn": arn}
            for account in _accounts(aws, which, names):
                for found in aws.items(
                    "sso-admin", "list_account_assignments", "AccountAssignments", **which, AccountId=account
                ):
                    yield _live(found, names)

    def put(
        self, aws: Writer, want: AccountAssignment, live: Live[AccountAssignment] | None, names: Directory
    ) -> Mapping[str, str]:
        """Create the assignment and follow it to its end; one that an earlier run asked for is no obstacle.

        Raises: AwsError, with AWS's own reason, when it failed.
        """
        if live is not None:
            return live.attributes
        attributes = _attributes(
            names.id(want.permission_set), names.id(want.target), "GROUP", names.id(want.principal)
        )
        _request(aws, "create", "Creation", attributes)
        return attributes

    def delete(self, aws: Writer, live: Live[AccountAssignment], names: Directory) -> None:
        """Delete the assignment and follow that to its end.

        Raises: AwsError, with AWS's own reason, when it failed.
        """
        _request(aws, "delete", "Deletion", live.attributes)


def _accounts(aws: Reader, which: Mapping[str, str], names: Directory) -> Iterator[str]:
    """The accounts in which a permission set is used; what is assigned in a closed account is gone with it."""
    for account in aws.items("sso-admin", "list_accounts_for_provisioned_permission_set", "AccountIds", **which):
        if names.address_of(ACCOUNT_TYPE, account) is not None:
            yield account


def _live(found: Mapping[str, str], names: Directory) -> Live[AccountAssignment]:
    """An assignment as AWS lists it; who or what we do not know goes by the id."""

    def address(kind: str, identity: str) -> Address:
        return names.address_of(kind, identity) or Address(kind, identity)

    resource = AccountAssignment.of(
        address(KINDS[found["PrincipalType"]], found["PrincipalId"]),
        address(PERMISSION_SET_TYPE, found["PermissionSetArn"]),
        address(ACCOUNT_TYPE, found["AccountId"]),
    )
    return Live(
        resource,
        _attributes(found["PermissionSetArn"], found["AccountId"], found["PrincipalType"], found["PrincipalId"]),
    )


def _attributes(permission_set: str, account: str, principal_type: str, principal: str) -> dict[str, str]:
    """What AWS calls the assignment; it has no id of its own."""
    return {
        "id": f"{permission_set}|{account}|{principal}",
        "permission_set": permission_set,
        "account": account,
        "principal_type": principal_type,
        "principal": principal,
    }


def _request(aws: Writer, verb: str, noun: str, attributes: Mapping[str, str]) -> None:
    """Ask for an assignment to be created or deleted, and follow the request."""
    instance, answer = instance_of(attributes["permission_set"]), f"AccountAssignment{noun}Status"
    begun = aws.write(
        "sso-admin",
        f"{verb}_account_assignment",
        retry_on=ONE_AT_A_TIME,
        InstanceArn=instance,
        PermissionSetArn=attributes["permission_set"],
        PrincipalType=attributes["principal_type"],
        PrincipalId=attributes["principal"],
        TargetType="AWS_ACCOUNT",
        TargetId=attributes["account"],
    )[answer]
    which = {"InstanceArn": instance, f"AccountAssignment{noun}RequestId": begun["RequestId"]}
    follow(aws, begun, f"describe_account_assignment_{noun.lower()}_status", answer, **which)


TYPE = AccountAssignments()
