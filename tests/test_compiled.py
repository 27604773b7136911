"""Compiled resources as files and as lists."""

import json
from pathlib import Path

from guardrails.compiled import resource_list, write
from guardrails.engine.resource import Ref, refs_in
from guardrails.resources import account_address, organizational_unit_address, policy_type_address
from guardrails.resources.policy import Policy
from guardrails.resources.stack import Stack

POLICY = Policy(
    name="deny: größe/all",
    policy_type="SERVICE_CONTROL_POLICY",
    content={"Statement": [{"Resource": f"arn:aws:iam::{Ref(account_address('prod'))}:root"}]},
    targets=(organizational_unit_address("Workloads"),),
    depends_on=frozenset({policy_type_address("SERVICE_CONTROL_POLICY")}),
)
STACK = Stack(name="acme-logs", account="log-archive", region="eu-west-1", template={"Resources": {}})
RESOURCES = (STACK, POLICY)


def test_as_text() -> None:
    """The text lists one address a line."""
    assert resource_list(RESOURCES, "text").splitlines() == [
        "AWS::CloudFormation::Stack acme-logs @ log-archive/eu-west-1",
        "AWS::Organizations::Policy deny: größe/all",
    ]


def test_as_json() -> None:
    """The JSON has address, properties and dependencies of each, with stand-ins for ids and no references left."""
    listed = json.loads(resource_list(RESOURCES, "json"))
    assert [item["address"] for item in listed] == [str(resource.address) for resource in RESOURCES]
    assert listed[1]["properties"]["targets"] == ["AWS::Organizations::OrganizationalUnit Workloads"]
    assert listed[1]["depends_on"] == [
        "AWS::Organizations::Account prod",
        "AWS::Organizations::OrganizationalUnit Workloads",
        "Guardrails::Organizations::PolicyType SERVICE_CONTROL_POLICY",
    ]
    assert list(refs_in(listed)) == []


def test_as_files(tmp_path: Path) -> None:
    """Each policy and template is a file of its own, whose name holds nothing a file system minds; and there is the list."""
    folder = tmp_path / "out" / "deep"
    assert write(RESOURCES, folder) == 3
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.json"))
    assert files == ["policies/deny-größe-all.json", "resources.json", "templates/acme-logs@log-archive@eu-west-1.json"]
    assert "⟦" not in (folder / files[0]).read_text(encoding="utf-8")
    assert json.loads((folder / files[2]).read_text(encoding="utf-8")) == {"Resources": {}}


def test_files_are_the_same_every_time(tmp_path: Path) -> None:
    """Writing twice writes the same bytes, so that a difference in review is a difference."""
    write(RESOURCES, tmp_path / "one")
    write(RESOURCES, tmp_path / "two")
    for file in (tmp_path / "one").rglob("*.json"):
        assert file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()


def test_names_that_look_alike_make_two_files(tmp_path: Path) -> None:
    """Two policies whose names differ only in what file names cannot hold are two files."""
    pair = [Policy(name=name, policy_type="X", content={"name": name}) for name in ("a b", "a-b")]
    assert write(pair, tmp_path) == 3
    assert len(list((tmp_path / "policies").glob("*.json"))) == 2
