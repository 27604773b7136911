"""What a landing zone meets in an organization that people have lived in."""

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import HOME_REGION
from guardrails.sandbox.seed import brownfield


def test_what_stands_there(sandbox: Embedded) -> None:
    """Accounts in nested OUs, one suspended and one invited; policies, a trail, assignments and a stack that nobody has tagged.

    The policies bind nobody while the seed is laid, not even where they are enforced.
    """
    sandbox.enforce()
    sandbox.reset("brownfield")
    sandbox.enforce(on=False)
    organizations = sandbox.client("organizations")
    accounts = {each["Name"]: each for each in organizations.list_accounts()["Accounts"]}
    assert len(accounts) == len(brownfield.ACCOUNTS) + 1
    assert accounts["Acme Old Proof of Concept"]["State"] == "SUSPENDED"
    assert accounts["Acme ERP"]["JoinedMethod"] == "INVITED"
    payments = accounts["Acme Payments Prod"]
    assert payments["Paths"][0].count("/ou-") == 3
    root = organizations.list_roots()["Roots"][0]["Id"]
    taken = organizations.list_policies_for_target(TargetId=root, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert {policy["Name"] for policy in taken} == {
        "FullAWSAccess",
        "DenyLeaveOrg",
        "ProtectBaseline",
        "deny-root-user-old",
    }
    trail = sandbox.client("cloudtrail").describe_trails()["trailList"][0]
    assert (trail["Name"], trail["IsOrganizationTrail"]) == (brownfield.TRAIL, True)
    assert sandbox.client("cloudtrail").get_trail_status(Name=brownfield.TRAIL)["IsLogging"] is True
    admins = organizations.list_delegated_administrators(ServicePrincipal="guardduty.amazonaws.com")
    assert [each["Name"] for each in admins["DelegatedAdministrators"]] == ["Acme Audit"]
    stacks = sandbox.client("cloudformation", account=payments["Id"]).describe_stacks()["Stacks"]
    assert [(stack["StackName"], stack["StackStatus"]) for stack in stacks] == [("payments-alarms", "CREATE_COMPLETE")]
    sso = sandbox.client("sso-admin", HOME_REGION)
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    assert len(sso.list_permission_sets(InstanceArn=instance)["PermissionSets"]) == len(brownfield.PERMISSION_SETS)
