"""Organization rules of AWS Config: a managed rule in every account of the organization, in one region."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.organization_deployments import RULE, Deployment, deploy, deployments, withdraw
from guardrails.resources import ACCOUNT_TYPE, account_with_id
from guardrails.tagging import is_ours, tag_list

METADATA: Final = "OrganizationManagedRuleMetadata"
EVERY_DAY: Final = {"MaximumExecutionFrequency": "TwentyFour_Hours"}
"""How often a rule that runs by the clock runs when nothing is said: said or not, it is the same."""


@dataclass(frozen=True, kw_only=True)
class OrganizationConfigRule(Resource):
    """One rule, put by the account that administers AWS Config for the organization.

    `managed_rule` is as the API says it (RuleIdentifier, MaximumExecutionFrequency, ResourceTypesScope…), but for InputParameters,
    a mapping here; it is empty for a rule of another kind. `failed_accounts` are those in which it is not as declared, as
    "account: reason"; none is desired.
    """

    TYPE = "AWS::Config::OrganizationConfigRule"

    managed_rule: Mapping[str, Any]
    excluded_accounts: tuple[Address, ...] = ()
    failed_accounts: tuple[str, ...] = ()


class OrganizationConfigRules(ObjectType[OrganizationConfigRule]):
    """Organization rules carry our tag. Accounts that join later get them from AWS, once they record."""

    resource = OrganizationConfigRule
    source = "https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConfigRule.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[OrganizationConfigRule], names: Directory
    ) -> Iterator[Live[OrganizationConfigRule] | BlindSpot]:
        """Two calls in each place, one more for each rule there, and one for each that failed somewhere."""
        for found in deployments(aws, RULE, _account_name(names)):
            yield _live(aws, found, names)

    def put(
        self,
        aws: Writer,
        want: OrganizationConfigRule,
        live: Live[OrganizationConfigRule] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Put the rule where it is not as declared, and follow it into every account; then see that it carries our tag.

        Raises: AwsError, with every account where it failed and why.
        """
        now = _now(aws, want.name, names)
        if now is None or now.resource.properties() != want.properties():
            tags = {} if now else {"Tags": tag_list({})}
            excluded = sorted(map(names.id, want.excluded_accounts))
            metadata = _request(want.managed_rule)
            arn = deploy(
                aws, RULE, want.name, _account_name(names), **{METADATA: metadata}, ExcludedAccounts=excluded, **tags
            )
        else:
            arn = now.attributes["arn"]
        if now and not now.managed:
            aws.write("config", "tag_resource", ResourceArn=arn, Tags=tag_list({}))
        return {"id": arn, "arn": arn}

    def delete(self, aws: Writer, live: Live[OrganizationConfigRule], names: Directory) -> None:
        """Take the rule out of every account, with the results of its evaluations."""
        withdraw(aws, RULE, live.resource.name, _account_name(names))


def _account_name(names: Directory) -> Callable[[str], str]:
    """What we call the account with an id: by its logical name, a stranger by the id itself."""
    return lambda identity: account_with_id(identity, names).name


def _now(aws: Writer, name: str, names: Directory) -> Live[OrganizationConfigRule] | None:
    found = deployments(aws, RULE, _account_name(names), only=name)
    return next((_live(aws, each, names) for each in found), None)


def _live(aws: Reader, found: Deployment, names: Directory) -> Live[OrganizationConfigRule]:
    rule = OrganizationConfigRule(
        name=found.name,
        account=aws.account,
        region=aws.region,
        managed_rule=_managed_rule(found.content.get(METADATA, {})),
        excluded_accounts=tuple(
            sorted(account_with_id(each, names) for each in found.content.get("ExcludedAccounts", ()))
        ),
        failed_accounts=found.failures,
    )
    return Live(rule, {"id": found.arn, "arn": found.arn}, managed=is_ours(found.tags))


def _managed_rule(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as we say it: without what is empty or the default, parameters as a mapping, types sorted."""
    rule = {key: value for key, value in metadata.items() if value and (key, value) not in EVERY_DAY.items()}
    if "InputParameters" in rule:
        rule["InputParameters"] = json.loads(rule["InputParameters"])
    if "ResourceTypesScope" in rule:
        rule["ResourceTypesScope"] = sorted(rule["ResourceTypesScope"])
    return rule


def _request(rule: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {key: json.dumps(value, sort_keys=True) for key, value in rule.items() if key == "InputParameters"}
    return {**rule, **parameters}


TYPE = OrganizationConfigRules()
