"""Service-linked roles that nobody makes by himself, in the accounts that run a service for the organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ACCOUNT_TYPE, account_address


@dataclass(frozen=True, kw_only=True)
class ServiceLinkedRole(Resource):
    """The role of one service in one account; `name` is its service principal. It has no properties, and only its service deletes it."""

    TYPE = "AWS::IAM::ServiceLinkedRole"

    def references(self) -> frozenset[Address]:
        """The account that the role is in."""
        return super().references() | ({account_address(self.account)} if self.account else frozenset())


class ServiceLinkedRoles(ResourceType[ServiceLinkedRole]):
    """A setting of the account: the role is there once it was ever needed, and is never taken away."""

    resource = ServiceLinkedRole
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[ServiceLinkedRole], names: Directory
    ) -> Iterator[Live[ServiceLinkedRole] | BlindSpot]:
        """One call for each that is wanted."""
        for want in wanted:
            if arn := _arn(aws, want.name):
                yield Live(want, {"id": arn, "arn": arn})

    def put(
        self, aws: Writer, want: ServiceLinkedRole, live: Live[ServiceLinkedRole] | None, names: Directory
    ) -> Mapping[str, str]:
        """Make the role, unless its service has done so meanwhile."""
        arn = _arn(aws, want.name)
        if not arn:
            arn = aws.write("iam", "create_service_linked_role", AWSServiceName=want.name)["Role"]["Arn"]
        return {"id": arn, "arn": arn}


def _arn(aws: Reader, principal: str) -> str:
    """The ARN of the role, "" when there is none."""
    listed = aws.items("iam", "list_roles", "Roles", PathPrefix=f"/aws-service-role/{principal}/")
    return next((role["Arn"] for role in listed), "")


TYPE = ServiceLinkedRoles()
