"""Organization conformance packs of AWS Config: the rules of a template in every account of the organization, in one region."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.organization_deployments import PACK, Deployment, deploy, deployments, withdraw
from guardrails.resources import ACCOUNT_TYPE, account_with_id
from guardrails.tagging import is_ours, tag_list

TEMPLATE_TAG: Final = "guardrails:template"
"""The tag that bears the digest of the template, as AWS does not show the template again."""


@dataclass(frozen=True, kw_only=True)
class OrganizationConformancePack(Resource):
    """One pack, put by the account that administers AWS Config for the organization.

    `template` is YAML; what is compared is `template_digest`, which AWS keeps in a tag. `failed_accounts` are those in which the pack is
    not as declared, as "account: reason"; none is desired.
    """

    TYPE = "AWS::Config::OrganizationConformancePack"

    template: str = field(default="", metadata={"managed": False})
    template_digest: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    excluded_accounts: tuple[Address, ...] = ()
    failed_accounts: tuple[str, ...] = ()


def digest(template: str) -> str:
    """What tells one template from another."""
    return sha256(template.encode()).hexdigest()


class OrganizationConformancePacks(ObjectType[OrganizationConformancePack]):
    """Packs carry our tag, and one with the digest of their template. Accounts that join later get them from AWS, once they record."""

    resource = OrganizationConformancePack
    source = "https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConformancePack.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[OrganizationConformancePack], names: Directory
    ) -> Iterator[Live[OrganizationConformancePack] | BlindSpot]:
        """Two calls in each place, one more for each pack there, and one for each that failed somewhere."""
        for found in deployments(aws, PACK, _account_name(names)):
            yield _live(aws, found, names)

    def put(
        self,
        aws: Writer,
        want: OrganizationConformancePack,
        live: Live[OrganizationConformancePack] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Put the pack where it is not as declared, and follow it into every account; last of all its tags.

        Raises: AwsError, with every account where it failed and why.
        """
        tags = tag_list({TEMPLATE_TAG: want.template_digest})
        found = deployments(aws, PACK, _account_name(names), only=want.name)
        now = next((_live(aws, each, names) for each in found), None)
        if now and now.resource.properties() == want.properties():
            arn = now.attributes["arn"]
        else:
            given = [{"ParameterName": name, "ParameterValue": value} for name, value in want.parameters.items()]
            arn = deploy(
                aws,
                PACK,
                want.name,
                _account_name(names),
                TemplateBody=want.template,
                ConformancePackInputParameters=given,
                ExcludedAccounts=sorted(map(names.id, want.excluded_accounts)),
                **({} if now else {"Tags": tags}),
            )
        if now and not (now.managed and now.resource.template_digest == want.template_digest):
            aws.write("config", "tag_resource", ResourceArn=arn, Tags=tags)
        return {"id": arn, "arn": arn}

    def delete(self, aws: Writer, live: Live[OrganizationConformancePack], names: Directory) -> None:
        """Take the pack and its rules out of every account."""
        withdraw(aws, PACK, live.resource.name, _account_name(names))


def _account_name(names: Directory) -> Callable[[str], str]:
    return lambda identity: account_with_id(identity, names).name


def _live(aws: Reader, found: Deployment, names: Directory) -> Live[OrganizationConformancePack]:
    given = found.content.get("ConformancePackInputParameters", ())
    pack = OrganizationConformancePack(
        name=found.name,
        account=aws.account,
        region=aws.region,
        template_digest=found.tags.get(TEMPLATE_TAG, ""),
        parameters={each["ParameterName"]: each["ParameterValue"] for each in given},
        excluded_accounts=tuple(
            sorted(account_with_id(each, names) for each in found.content.get("ExcludedAccounts", ()))
        ),
        failed_accounts=found.failures,
    )
    return Live(pack, {"id": found.arn, "arn": found.arn}, managed=is_ours(found.tags))


TYPE = OrganizationConformancePacks()
