"""Many answers as tables of 80 columns: what differs is told once, and what is only counted is said to be."""

from collections.abc import Sequence

from guardrails.simulation.actions import expanded
from guardrails.simulation.alike import Page, pages
from guardrails.simulation.answers import ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.questions import Question
from guardrails.simulation.tables import leaves_out, told
from tests.simulation.shop import LARGER, RESOURCES

HIERARCHY = declared_hierarchy(LARGER, RESOURCES)
LINKED = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
LONG = "role/deployers/of-a-name-that-is-longer-than-its-column"
ACTIONS = ("iam:CreateUser", "cloudtrail:StopLogging", "organizations:LeaveOrganization")
MANY_ACTIONS = """\
Who may do what in shop? 3 actions, answered in 3 ways.

every action (3)
  On every resource:
    ✓ AWSServiceRoleForConfig (service-linked)

iam:CreateUser
  On every resource:
    ✓ root, role/X
    - permission-set/Builder                 an identity-based policy does not
                                             allow it

cloudtrail:StopLogging
  On arn:*:cloudtrail:*:*:trail/acme:
    ✗ root, role/X, permission-set/Builder   Workloads: trail / NoTrail

  On every other resource:
    ✓ root, role/X, permission-set/Builder

organizations:LeaveOrganization
  On every resource:
    ✗ root, role/X, permission-set/Builder   Root: leaving / NoLeaving"""
ONE_ACTION = """\
Who may cloudtrail:StopLogging in shop?

On every resource:
  ✓ AWSServiceRoleForConfig (service-linked)

On arn:*:cloudtrail:*:*:trail/acme:
  ✗ root, role/deployers/of-a-name-that-is-longer-than-its-column
                                           Workloads: trail / NoTrail

On every other resource:
  ✓ root, role/deployers/of-a-name-that-is-longer-than-its-column"""
ONE_PRINCIPAL = """\
What may role/X do in lab, den?

organizations:LeaveOrganization
  ✗ denied: every resource; Root: leaving / NoLeaving

every other action (66 of 67)
  ✓ allowed: every resource"""


def page(accounts: Sequence[str], principals: Sequence[str], actions: Sequence[str]) -> Page:
    """The one page of all these answers."""
    (found,) = pages(
        [
            ask(HIERARCHY, Question(account, principal, action))
            for account in accounts
            for action in actions
            for principal in principals
        ]
    )
    return found


def test_many_actions_of_many_principals() -> None:
    """Those of whom always the same is true come first; then a table for actions and resources that decide."""
    found = page(["shop"], ("root", "role/X", "permission-set/Builder", LINKED), ACTIONS)
    assert told(found).replace("\N{EN DASH}", "-") == MANY_ACTIONS
    assert told(found, ascii_only=True).isascii()
    assert not leaves_out(found)


def test_one_action_of_many_principals() -> None:
    """The question names the action; a reason stands below a name that is longer than its column."""
    assert told(page(["shop"], ("root", LONG, LINKED), ACTIONS[1:2])) == ONE_ACTION


def test_many_actions_of_one_principal() -> None:
    """One principal is told by what it may; many actions are counted, and that is known to the page."""
    found = page(["lab", "den"], ["role/X"], [*expanded(["cloudtrail:*"]), ACTIONS[2]])
    rest = len(found.groups[1].actions)
    assert told(found) == ONE_PRINCIPAL.replace("66 of 67", f"{rest} of {rest + 1}")
    assert leaves_out(found)


def test_all_alike() -> None:
    """Where nothing differs there is one table."""
    shown = told(page(["management"], ("root", "role/X"), ACTIONS))
    assert shown.splitlines() == [
        "Who may do what in management? 3 actions, answered alike.",
        "",
        "iam:CreateUser, cloudtrail:StopLogging, organizations:LeaveOrganization",
        "  On every resource:",
        "    ✓ root, role/X",
    ]
