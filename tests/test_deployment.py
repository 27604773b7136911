"""A template lands in exactly the selected accounts: by stack sets in members, by stacks in the management account."""

from dataclasses import replace

from guardrails.deployment import Deployment, in_one_account, in_selected_accounts, place_of
from guardrails.engine.resource import Address
from guardrails.model import Targets
from guardrails.resources import ROOT_ADDRESS
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet
from tests.organization_line import FIRST_DAY

BEFORE = Address("Guardrails::Organizations::TrustedAccess", "config.amazonaws.com")
DEPLOYMENT = Deployment(
    name="acme-recorder",
    template={"Resources": {}},
    description="Records",
    parameters={"Bucket": "logs"},
    capabilities=("CAPABILITY_IAM",),
    depends_on=frozenset({BEFORE}),
)


def test_stack_sets_and_stacks_are_given_the_same() -> None:
    """Template, parameters, capabilities and what comes before them are the same in members and in the management account."""
    items = list(in_selected_accounts(FIRST_DAY, Targets(), DEPLOYMENT))
    deployed = [item for item in items if isinstance(item, Stack | StackSet)]
    assert {type(item) for item in deployed} == {Stack, StackSet}
    for item in deployed:
        assert (item.name, item.template, item.parameters) == ("acme-recorder", {"Resources": {}}, {"Bucket": "logs"})
        assert item.capabilities == ("CAPABILITY_IAM",)
        assert BEFORE in item.references()
    (stack_set,) = [item for item in deployed if isinstance(item, StackSet)]
    assert set(stack_set.targets.values()) == {(ROOT_ADDRESS,)}


def test_a_stack_in_the_management_account_has_no_account() -> None:
    """Addresses say "" for the management account, and every other account by its logical name."""
    management, security = FIRST_DAY.management_account, FIRST_DAY.security_account
    assert in_one_account(FIRST_DAY, management, "eu-west-1", DEPLOYMENT).account == ""
    assert in_one_account(FIRST_DAY, security, "eu-west-1", DEPLOYMENT).account == security
    assert place_of(replace(FIRST_DAY, security_account=management), management) == ""
