"""https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html."""

from guardrails.iam.inheritance import merged


def test_what_becomes_effective() -> None:
    """Lower levels assign and append as the levels above allow; what holds nothing is not shown."""
    root = {
        "tags": {
            "cost": {
                "tag_key": {"@@assign": "Cost", "@@operators_allowed_for_child_policies": ["@@none"]},
                "tag_value": {
                    "@@assign": ["a", "b"],
                    "@@operators_allowed_for_child_policies": ["@@append", "@@remove"],
                },
                "enforced_for": {"@@assign": []},
            }
        }
    }
    unit = {"tags": {"cost": {"tag_key": {"@@assign": "COST"}, "tag_value": {"@@assign": ["x"], "@@append": ["c"]}}}}
    account = {"tags": {"cost": {"tag_value": {"@@remove": ["a"]}}, "owner": {"tag_key": {"@@assign": "Owner"}}}}
    assert merged([[root], [unit], [], [account]]) == {
        "tags": {"cost": {"tag_key": "Cost", "tag_value": ["b", "c"]}, "owner": {"tag_key": "Owner"}}
    }
    assert merged([]) == {}
