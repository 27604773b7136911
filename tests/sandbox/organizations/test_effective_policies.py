"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
CONTROL = "@@operators_allowed_for_child_policies"
COST = {"tag_key": {"@@assign": "CostCenter"}, "tag_value": {"@@assign": ["Development", "Support"]}}


class Place:
    """An account in an OU under the root, and policies of one type attached to any of them."""

    def __init__(self, sandbox: Embedded, root: str, account: str, kind: str) -> None:
        self.organizations, self.kind = sandbox.client("organizations"), kind
        unit = self.organizations.create_organizational_unit(ParentId=root, Name="Unit")["OrganizationalUnit"]["Id"]
        self.organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
        self.root, self.unit, self.account = root, unit, account
        self.organizations.enable_policy_type(RootId=root, PolicyType=kind)
        self.organizations.list_roots()
        self.made = 0

    def attach(self, target: str, content: object) -> str:
        """Write a policy, attach it, and return its id."""
        self.made += 1
        arguments = {"Name": f"p{self.made}", "Description": "", "Type": self.kind, "Content": json.dumps(content)}
        policy = str(self.organizations.create_policy(**arguments)["Policy"]["PolicySummary"]["Id"])
        self.organizations.attach_policy(PolicyId=policy, TargetId=target)
        return policy

    def effective(self) -> Mapping[str, Any]:
        """The effective policy of the account."""
        shown = self.organizations.describe_effective_policy(PolicyType=self.kind, TargetId=self.account)
        return dict(json.loads(shown["EffectivePolicy"]["PolicyContent"]))


@pytest.fixture
def tags(sandbox: Embedded, root_id: str, new_account: NewAccount) -> Place:
    """A place for tag policies."""
    return Place(sandbox, root_id, new_account("one"), "TAG_POLICY")


def cost(**settings: object) -> dict[str, Any]:
    """A policy about one tag, or what comes of it."""
    return {"tags": {"costcenter": settings}}


def test_values_are_overwritten(tags: Place) -> None:
    """@@assign of a lower policy takes the place of what is inherited; what it does not mention stays."""
    tags.attach(tags.root, cost(**COST))
    tags.attach(tags.unit, cost(tag_value={"@@assign": ["Sandbox"]}, enforced_for={"@@assign": ["dynamodb:table"]}))
    wanted = cost(tag_key="CostCenter", tag_value=["Sandbox"], enforced_for=["dynamodb:table"])
    assert tags.effective() == wanted


def test_values_are_appended_and_removed(tags: Place) -> None:
    """@@append adds to what is inherited, @@remove takes away what is there; a setting without values is not shown."""
    tags.attach(tags.root, cost(**COST))
    tags.attach(tags.unit, cost(tag_value={"@@append": ["Marketing"]}, enforced_for={"@@append": ["redshift:*"]}))
    assert tags.effective()["tags"]["costcenter"]["tag_value"] == ["Development", "Support", "Marketing"]
    gone = cost(tag_value={"@@remove": ["Development", "Marketing"]}, enforced_for={"@@remove": ["redshift:*"]})
    tags.attach(tags.account, gone)
    assert tags.effective() == cost(tag_key="CostCenter", tag_value=["Support"])


def test_a_higher_policy_limits_lower_ones(tags: Place) -> None:
    """With @@none nothing below changes a value, with @@append it only adds; and nothing below takes the limit back."""
    key = {CONTROL: ["@@none"], "@@assign": "Project"}
    tags.attach(tags.root, cost(tag_key=key, tag_value={CONTROL: ["@@append"], "@@assign": ["Maintenance"]}))
    tags.attach(
        tags.unit, cost(tag_key={"@@assign": "PROJECT"}, tag_value={CONTROL: ["@@all"], "@@append": ["Escalations"]})
    )
    tags.attach(tags.account, cost(tag_value={"@@assign": ["Anything"]}))
    assert tags.effective() == cost(tag_key="Project", tag_value=["Maintenance", "Escalations"])


def test_limits_on_one_level_are_intersected(tags: Place) -> None:
    """Of two limits on the same level, only what both allow is allowed below."""
    tags.attach(tags.root, cost(tag_value={CONTROL: ["@@append"], "@@assign": ["Maintenance"]}))
    tags.attach(tags.root, cost(tag_value={CONTROL: ["@@append", "@@remove"]}))
    tags.attach(tags.unit, cost(tag_value={"@@append": ["More"]}))
    tags.attach(tags.account, cost(tag_value={"@@remove": ["Maintenance"]}))
    assert tags.effective() == cost(tag_value=["Maintenance", "More"])


def test_on_one_level_the_first_attached_decides(tags: Place) -> None:
    """Of two policies on the same target that assign a value, the one attached first wins; attached anew, it comes last."""
    first = tags.attach(tags.root, cost(tag_key={"@@assign": "PROJECT"}, tag_value={"@@append": ["Maintenance"]}))
    tags.attach(tags.root, cost(tag_key={"@@assign": "project"}))
    assert tags.effective() == cost(tag_key="PROJECT", tag_value=["Maintenance"])
    tags.organizations.detach_policy(PolicyId=first, TargetId=tags.root)
    tags.organizations.attach_policy(PolicyId=first, TargetId=tags.root)
    assert tags.effective() == cost(tag_key="project", tag_value=["Maintenance"])


def test_a_limit_on_a_list_keeps_it_closed(sandbox: Embedded, root_id: str, new_account: NewAccount) -> None:
    """@@none under `services` keeps lower policies from adding services, and leaves alone what has a limit of its own.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ai-opt-out_syntax.html
    """
    place = Place(sandbox, root_id, new_account("one"), "AISERVICES_OPT_OUT_POLICY")
    free, fixed = {"@@assign": "optOut"}, {CONTROL: ["@@none"], "@@assign": "optOut"}
    services = {CONTROL: ["@@none"], "default": {"opt_out_policy": fixed}, "lex": {"opt_out_policy": free}}
    place.attach(place.root, {"services": services})
    opted_in = {name: {"opt_out_policy": {"@@assign": "optIn"}} for name in ("default", "lex", "polly")}
    place.attach(place.account, {"services": opted_in})
    assert place.effective() == {
        "services": {"default": {"opt_out_policy": "optOut"}, "lex": {"opt_out_policy": "optIn"}}
    }


def test_who_may_see_it(sandbox: Embedded, tags: Place, new_account: NewAccount, refused: Refused) -> None:
    """Every account sees its own effective policy without naming itself, and no other's; a target is an account.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    tags.attach(tags.root, cost(**COST))
    member = sandbox.client("organizations", account=tags.account)
    shown = member.describe_effective_policy(PolicyType="TAG_POLICY")["EffectivePolicy"]
    assert (shown["TargetId"], shown["PolicyType"]) == (tags.account, "TAG_POLICY")
    assert shown["LastUpdatedTimestamp"].year >= 2024
    look = {"PolicyType": "TAG_POLICY"}
    assert refused(member.describe_effective_policy, **look, TargetId=new_account("two")) == "AccessDeniedException"
    code = refused(tags.organizations.describe_effective_policy, **look, TargetId=tags.unit)
    assert code == "InvalidInputException:TARGET_NOT_SUPPORTED"
    code = refused(tags.organizations.describe_effective_policy, **look, TargetId="999999999999")
    assert code == "TargetNotFoundException"


def test_there_may_be_none(tags: Place, refused: Refused) -> None:
    """Without a policy on the path, or with the type disabled, there is no effective policy; for SCPs never.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    look, account = tags.organizations.describe_effective_policy, {"TargetId": tags.account}
    assert refused(look, PolicyType="TAG_POLICY", **account) == "EffectivePolicyNotFoundException"
    assert refused(look, PolicyType="BACKUP_POLICY", **account) == "EffectivePolicyNotFoundException"
    code = refused(look, PolicyType="SERVICE_CONTROL_POLICY", **account)
    assert code == "InvalidInputException:INVALID_ENUM_POLICY_TYPE"


@pytest.mark.not_kept
def test_effective_policies_are_not_validated(sandbox: Embedded, refused: Refused) -> None:
    """ListAccountsWithInvalidEffectivePolicy names the accounts whose policies do not fit together.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsWithInvalidEffectivePolicy.html
    """
    look = sandbox.client("organizations").list_accounts_with_invalid_effective_policy
    assert refused(look, PolicyType="TAG_POLICY") == "NotImplemented"
