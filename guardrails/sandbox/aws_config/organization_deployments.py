"""What AWS Config deploys to every account of the organization, the management account included, and how far it has come.

The sandbox has no clock: the first look at a deployment shows it IN_PROGRESS, the next shows how it ended. An account
that joins later is deployed to, one that leaves is withdrawn from.
Source: https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random

from guardrails.sandbox.aws_config import organization_access, recorders
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal


@dataclass
class OrganizationDeployment:
    """A rule or a pack in the accounts of the organization; `failures` tells where it failed: account id -> (code, message).

    `joined` are the accounts that came later: there a deployment is tried again as soon as something records.
    """

    name: str
    arn: str
    owner_id: str
    region: str
    content: Mapping[str, Any]
    excluded: frozenset[str] = frozenset()
    suffix: str = field(default_factory=lambda: mock_random.get_random_string(length=8, lower_case=True))
    verb: str = "CREATE"
    under_way: bool = True
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))
    tags: dict[str, str] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    joined: set[str] = field(default_factory=set)
    failures: dict[str, tuple[str, str]] = field(default_factory=dict)

    def begin(self, verb: str) -> None:
        """Start to create, update or delete; the next look shows it in progress."""
        self.verb, self.under_way, self.updated = verb, True, datetime.now(UTC)

    def status(self, account_id: str | None = None) -> str:
        """The status as a whole, or in one account."""
        if self.under_way:
            return f"{self.verb}_IN_PROGRESS"
        failed = self.failures if account_id is None else account_id in self.failures
        return f"{self.verb}_{'FAILED' if failed else 'SUCCESSFUL'}"

    def failure(self, account_id: str | None = None) -> dict[str, str]:
        """Why it failed, as response members: in an account, or in the first that failed."""
        found = self.failures.get(account_id) if account_id else next(iter(self.failures.values()), None)
        return {"ErrorCode": found[0], "ErrorMessage": found[1]} if found and not self.under_way else {}


Deploy = Callable[[OrganizationDeployment, str], None]


class Deployments:
    """The deployments of one kind by (owner, region, name), and what puts one into an account and takes it out again.

    `noun` is what they are called, `missing_code` the error code when there is none of a name.
    """

    def __init__(
        self,
        kept: dict[tuple[str, str, str], OrganizationDeployment],
        deploy: Deploy,
        withdraw: Deploy,
        noun: str,
        missing_code: str,
    ) -> None:
        self._kept = kept
        self._noun, self._missing_code = noun, missing_code
        self._deploy = deploy
        self._withdraw = withdraw

    def of(self, owner_id: str, region: str) -> dict[str, OrganizationDeployment]:
        """The deployments that an account made in a region, by name."""
        self._retry()
        return {key[2]: each for key, each in self._kept.items() if key[:2] == (owner_id, region)}

    def with_arn(self, arn: str) -> OrganizationDeployment | None:
        """The deployment with this ARN, or None."""
        return next((each for each in self._kept.values() if each.arn == arn), None)

    def named(self, call: Call, name: str) -> OrganizationDeployment:
        """The deployment of this name that the caller made.

        Raises:
            Refusal: there is none.
        """
        found = self.of(call.account_id, call.region).get(name)
        if found is None:
            message = (
                f"One or more organization {self._noun} with specified names are not present. "
                "Ensure your names are correct and try your request again later."
            )
            raise Refusal(self._missing_code, message)
        return found

    def asked(self, call: Call, member: str) -> list[OrganizationDeployment]:
        """Those that a request names in its member, or all that the caller made.

        Raises:
            Refusal: the caller may not look, or there is none of a name.
        """
        organization_access.require(call, organization_access.DEPLOYMENT)
        names = call.parameters.get(member)
        if names:
            return [self.named(call, str(name)) for name in names]
        return list(self.of(call.account_id, call.region).values())

    def put(self, wanted: OrganizationDeployment) -> None:
        """Deploy something new, or a new version of what is there, to every account that is not excluded.

        Raises:
            Refusal: ResourceInUseException, nobody has seen the last change to its end.
        """
        key = (wanted.owner_id, wanted.region, wanted.name)
        found = self._kept.get(key)
        if found:
            _require_settled(found)
            self._out_of(found, [each for each in found.accounts if each in wanted.excluded])
            found.content, found.excluded = wanted.content, wanted.excluded
            found.begin("UPDATE")
        else:
            self._kept[key] = wanted
        organization_access.link_role(wanted.owner_id)
        self._into(found or wanted, [each.id for each in organization.backend().accounts if each.state == "ACTIVE"])

    def delete(self, found: OrganizationDeployment) -> None:
        """Withdraw from every account.

        Raises:
            Refusal: ResourceInUseException, nobody has seen the last change to its end.
        """
        _require_settled(found)
        self._out_of(found, list(found.accounts))
        found.failures.clear()
        found.begin("DELETE")

    def seen(self, looked_at: Iterable[OrganizationDeployment]) -> None:
        """Somebody has looked: what was under way has ended, what was being deleted is gone."""
        for each in list(looked_at):
            each.under_way = False
            if each.verb == "DELETE":
                self._kept.pop((each.owner_id, each.region, each.name), None)

    def account_placed(self, account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
        """Follow an account that comes or goes."""
        for each in self._kept.values():
            if new_parent_id is None:
                self._out_of(each, [account_id])
            elif old_parent_id is None and each.verb != "DELETE":
                each.joined.add(account_id)
                self._into(each, [account_id])

    def _retry(self) -> None:
        """Deploy again to accounts that came later and record by now, as AWS does for seven hours."""
        for each in self._kept.values():
            waiting = each.joined & each.failures.keys()
            self._into(each, [one for one in waiting if recorders.is_there(one, each.region)])

    def _into(self, deployment: OrganizationDeployment, account_ids: Iterable[str]) -> None:
        for account_id in account_ids:
            if account_id in deployment.excluded:
                continue
            if account_id not in deployment.accounts:
                deployment.accounts.append(account_id)
            deployment.failures.pop(account_id, None)
            try:
                organization_access.require_link(deployment.owner_id, account_id)
                self._deploy(deployment, account_id)
            except Refusal as refusal:
                deployment.failures[account_id] = (refusal.code, refusal.message)

    def _out_of(self, deployment: OrganizationDeployment, account_ids: Iterable[str]) -> None:
        for account_id in account_ids:
            if account_id in deployment.accounts:
                self._withdraw(deployment, account_id)
                deployment.joined.discard(account_id)
                deployment.accounts.remove(account_id)
                deployment.failures.pop(account_id, None)


def _require_settled(found: OrganizationDeployment) -> None:
    if found.under_way:
        message = f"Operation failed: {found.name} is currently in {found.status()} state. Try again later."
        raise Refusal("ResourceInUseException", message)
