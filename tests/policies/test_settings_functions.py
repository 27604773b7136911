"""No policy that ships stands in the way of the functions that put an account's settings."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.iam import Level, NamedPolicy, Policies, Request, evaluate
from guardrails.library import Library

REPOSITORY = Path(__file__).parents[2]
SOURCES = Library(REPOSITORY).policies("scp")
SAYS_WHICH_SERVICES = ("allowed-services-only",)
"""Whoever attaches these lists what the functions need too."""


def texts(value: Any) -> Iterator[str]:
    """The texts of an element of a policy in a template; what only CloudFormation can fill in counts as any."""
    for each in value if isinstance(value, list) else [value]:
        yield each if isinstance(each, str) else "*"


def granted(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the functions' roles of a template may do: action and resource."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role" and str(resource["Properties"].get("Path", "")).endswith("/settings/"):
            for policy in resource["Properties"]["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    for action in texts(statement["Action"]):
                        yield from ((action, arn) for arn in texts(statement["Resource"]))


@pytest.fixture(scope="module")
def needed(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Whatever some function may do, with every option of every template."""
    folder = tmp_path_factory.mktemp("every") / "config"
    shutil.copytree(REPOSITORY / "config", folder)
    shutil.copy(REPOSITORY / "tests" / "outside" / "every_template.yaml", folder / "controls.yaml")
    resources = pipeline.compile(pipeline.load(folder, REPOSITORY)).resources
    return {each for r in resources for each in granted(r.properties().get("template", {"Resources": {}}))}


def test_functions_put_settings_of_several_services(needed: set[tuple[str, str]]) -> None:
    """The roles are found: they put settings of EC2, S3, IAM and the account itself, among others."""
    assert {"account", "ec2", "iam", "s3"} <= {action.partition(":")[0] for action, _ in needed}


@pytest.mark.parametrize("name", sorted(SOURCES.keys() - set(SAYS_WHICH_SERVICES)))
def test_the_functions_are_let_alone(name: str, needed: set[tuple[str, str]], facts: dict[str, Any]) -> None:
    """Nothing that a function's role may do in a governed region is denied by the policy, whatever else the request says."""
    path = f"{facts['organization_id']}/r-exam/"
    role = f"arn:aws:iam::111111111111:role/{facts['prefix']}/settings/SettingsRole-1"
    policies = Policies(scps=(Level("Root", (NamedPolicy(name, SOURCES[name].render({}, facts)),)),))
    denied = set()
    for action, resource in needed:
        request = Request(
            role,
            action,
            resource,
            region=facts["home_region"],
            organization_path=path,
            resource_owner="111111111111",
            resource_organization_path=path,
        )
        decision = evaluate(request, policies)
        if decision.outcome == "explicitDeny":
            denied.add(action)
    assert denied == set()
