from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("acme", "ACME", "1:9: 'ACME' is not a prefix: 3 to 20 lower-case letters, digits and inner hyphens"),
        ("acme", "a-", "1:9: 'a-' is not a prefix: 3 to 20 lower-case letters, digits and inner hyphens"),
        ("acme", "a" * 21, f"1:9: '{'a' * 21}' is not a prefix: 3 to 20 lower-case letters, digits and inner hyphens"),
        ("eu-central-1", "eu-centrl-1", "3:31: there is no AWS region 'eu-centrl-1' (did you mean 'eu-central-1'?)"),
        (
            "eu-central-1",
            "cn-north-1",
            "3:31: 'cn-north-1' is in an AWS partition of its own (only commercial regions can be governed so far)",
        ),
        ("eu-central-1", "eu-west-1", "3:19: 'eu-west-1' stands here twice"),
        ("[eu-west-1, eu-central-1]", "eu-west-1", "3:19: 'governed_regions' should be a list (write [eu-west-1])"),
        ("[eu-west-1, eu-central-1]", "[]", "3:19: 'governed_regions' should hold at least 1"),
        ("management: management", "", "4:1: 'management' is missing"),
        ("log_archive: log-archive", "log_archive: logs", "6:16: there is no account 'logs'"),
        (
            "  Sandbox:",
            '  "a/b":',
            "14:3: 'a/b' is not an organizational unit name: 1 to 128 characters, no slash, no ",
        ),
        ("  Sandbox:", '  " x":', "14:3: ' x' is not an organizational unit name"),
        ("  Sandbox:", f"  {'x' * 129}:", f"14:3: '{'x' * 129}' is not an organizational unit name"),
        ("  Sandbox:", "  Sandbox: 5", "14:12: 'Sandbox' should be a mapping (key: value)"),
        ("/tags", "/tagz", "12:7: unknown attribute '/tagz' of an organizational unit (did you mean '/tags'?)"),
        ("[Deployer]", "[a/b]", "15:18: 'a/b' is not an IAM role name"),
        ("[Deployer]", "[]", "15:17: 'deployer_roles' should hold at least 1"),
        (
            "break_glass_roles",
            "break_glas_roles",
            "16:1: unknown key 'break_glas_roles' (did you mean 'break_glass_roles'?)",
        ),
    ],
)
def test_organization(problems: Problems, old: str, new: str, problem: str) -> None:
    """Each part of organization.yaml has its limits, and says so where it stands."""
    assert any(
        found.startswith(f"config/organization.yaml:{problem}") for found in problems("organization.yaml", new, old)
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("name: shop", "name: Läden", "1:7: 'Läden' is not an account name: 1 to 50 printable ASCII characters"),
        ("name: shop", f"name: {'x' * 51}", f"1:7: '{'x' * 51}' is not an account name"),
        ("name: shop", "name: 5", "1:7: 'name' should be text, not a number (put it in quotes)"),
        ("name: shop", "name:", "1:6: 'name' is empty (write a text, or remove the key)"),
        ("name: shop", "name: [shop]", "1:7: 'name' should be text, not a list"),
        ("aws+shop@acme.example", "shop.example", "2:8: 'shop.example' is not an e-mail address of 6 to 64 characters"),
        ("aws+shop@acme.example", f"{'x' * 60}@a.io", f"2:8: '{'x' * 60}@a.io' is not an e-mail address"),
        ("Workloads/Prod", "Prod", "3:22: there is no organizational unit 'Prod' (did you mean 'Workloads/Prod'?)"),
        ("environment", "aws:environment", "4:8: the tag key 'aws:environment' is reserved"),
        ("environment", "Guardrails:managed", "4:8: the tag key 'Guardrails:managed' is reserved"),
        ("environment", "a?b", "4:8: 'a?b' is not a tag key: 1 to 128 letters, digits, spaces and . : / = + - @ _"),
        ("prod}", "yes}", "4:21: 'environment' should be text, not true/false (put it in quotes)"),
        ("prod}", f"{'x' * 257}}}", f"4:21: '{'x' * 257}' is not a tag value"),
        (
            "{environment: prod}",
            f"{{{', '.join(f't{n}: x' for n in range(41))}}}",
            "4:7: 41 tags are too many: AWS allows 50, and 10 are kept for Guardrails",
        ),
        ("tags:", "tag:", "4:1: unknown key 'tag' (did you mean 'tags'?)"),
    ],
)
def test_account(problems: Problems, old: str, new: str, problem: str) -> None:
    """Each part of an account file has AWS's own limits, and says so where it stands."""
    found = problems("accounts/shop.yaml", new, old)
    assert any(each.startswith(f"config/accounts/shop.yaml:{problem}") for each in found), found


def test_numbers_as_tag_values(problems: Problems) -> None:
    """A number is a fine tag value without quotes."""
    assert problems("accounts/shop.yaml", "environment: 4711", "environment: prod") == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("PT8H", "8h", "6:23: '8h' is not a session duration (write PT1H to PT12H)"),
        ("PT8H", "PT13H", "6:23: 'PT13H' is not a session duration (write PT1H to PT12H)"),
        ("PT8H", "PT59M", "6:23: 'PT59M' is not a session duration (write PT1H to PT12H)"),
        ("PT8H", "PT", "6:23: 'PT' is not a session duration (write PT1H to PT12H)"),
        ("PowerUserAccess", "'no policy'", "7:24: 'no policy' is not the name or ARN of an AWS managed policy"),
        ("  Developer:", "  Dev Eloper:", "5:3: 'Dev Eloper' is not a permission set name"),
        ("  Developer:", f"  {'x' * 33}:", f"5:3: '{'x' * 33}' is not a permission set name"),
        ("PT8H", "PT8H\n    description: 漢", "7:18: '漢' is not a description"),
        (
            "PT8H",
            "PT8H\n    inline_policy: {Statemnt: []}",
            "7:20: 'Statemnt' does not belong in a policy (did you mean",
        ),
        ("PT8H", "PT8H\n    inline_policy: {Version: 2012-10-17}", "7:20: a policy needs a Statement"),
        ("PT8H", "PT8H\n    managed_policy: x", "7:5: unknown key 'managed_policy' (did you mean 'managed_policies'?)"),
        ("group: developers", "group: developrs", "9:12: there is no group 'developrs' (did you mean 'developers'?)"),
        ("permission_set: Dev", "permission_set: Dov", "10:21: there is no permission set 'Doveloper' (did you mean"),
        ("[Workloads]", "[Workload]", "11:38: there is no organizational unit 'Workload' (did you mean 'Workloads'?)"),
        (
            "{organizational",
            "{regions: [eu-west-1], organizational",
            "11:15: unknown key 'regions' (known keys: account_tags,",
        ),
        ("groups:", "exclusive: [assigments]\ngroups:", "1:13: an item of 'exclusive' is 'assigments', but should be"),
    ],
)
def test_identity(problems: Problems, old: str, new: str, problem: str) -> None:
    """Each part of identity.yaml has Identity Center's own limits, and names only what is declared."""
    found = problems("identity.yaml", new, old)
    assert any(each.startswith(f"config/identity.yaml:{problem}") for each in found), found
