"""More service control policies on the root than AWS takes, through the command line against the sandbox: packed, applied, and stable."""

import json
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.declared_policies import DeclaredPolicy, compiled
from guardrails.iam.grammar import SERVICE_CONTROL
from guardrails.packing import packed
from guardrails.resources.policy import Policy
from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

NINE = (
    "deny-leaving-organization",
    "deny-root-user",
    "deny-unencrypted-storage",
    "protect-cloudtrail-and-guardduty",
    "protect-guardrails-stacks",
    "protect-log-archive",
    "protect-security-services",
    "protect-trusted-roles",
    "deny-marketplace-purchases",
)
ELEVEN = (*NINE, "limit-volumes", "protect-secrets")


def declare(workplace: Workplace, policies: tuple[str, ...], parameters: dict[str, Any] | None = None) -> None:
    given = {name: {"parameters": {key: value}} for name, (key, value) in (parameters or {}).items()}
    listed = [{"policy": name, **given.get(name, {})} for name in policies]
    controls = {"identity-center": False, "service-control-policies": {"policies": listed}}
    workplace.write("config/controls.yaml", json.dumps(controls))


def on_root(sandbox: Embedded) -> dict[str, str]:
    """The content of each policy on the root, besides AWS's own."""
    client = sandbox.client("organizations")
    root = client.list_roots()["Roots"][0]["Id"]
    found = client.list_policies_for_target(TargetId=root, Filter=SERVICE_CONTROL)["Policies"]
    ours = [policy for policy in found if not policy["AwsManaged"]]
    return {each["Name"]: client.describe_policy(PolicyId=each["Id"])["Policy"]["Content"] for each in ours}


def applied(workplace: Workplace, *accepted: str) -> None:
    ended = workplace.sandboxed("apply", "--yes", *(word for limit in accepted for word in ("--accept", limit)))
    assert ended.code == 0, ended.err


@pytest.mark.whole_baseline
@pytest.mark.usefixtures("sandbox")
def test_more_than_nine_on_the_root(workplace: Workplace, sandbox: Embedded) -> None:
    """Nine stay nine; eleven are packed over full slots, once; an edit changes one of the packs; what is taken away needs consent."""
    declare(workplace, NINE)
    applied(workplace)
    assert set(on_root(sandbox)) == set(NINE)

    declare(workplace, ELEVEN)
    shown = workplace.sandboxed("plan")
    assert "acme-scp-Root-1 takes the place of deny-root-user, as Root has no slot left" in " ".join(shown.out.split())
    assert "  Root                         scp  ██░·······   3 of 10" in shown.out
    refused = workplace.sandboxed("apply", "--yes").message
    assert refused.startswith("Error: deletions: 7 objects would be deleted")
    assert "--accept protection" not in refused
    applied(workplace, "deletions")
    assert workplace.sandboxed("drift").code == 0
    before = on_root(sandbox)
    assert set(before) == {"acme-scp-Root-1", "acme-scp-Root-2"}

    declare(workplace, ELEVEN, {"limit-volumes": ("most_gib", 1000)})
    applied(workplace)
    assert sum(content != before[name] for name, content in on_root(sandbox).items()) == 1

    declare(workplace, ELEVEN[:-1])
    refused = workplace.sandboxed("apply", "--yes").message
    assert "protection: protect-secrets (in AWS::Organizations::Policy acme-scp-Root-" in refused


@pytest.mark.whole_baseline
def test_all_that_ships_fits_on_one_target(repository: Path, everyday_config: Path) -> None:
    """Every service control policy that needs no parameters, on the root: packed within its slots."""
    declared = pipeline.load(everyday_config, repository)
    found = [policy for policy in declared.library.policies("scp").values() if _is_ready(policy)]
    items = compiled(
        declared.organization, declared.library, [("scp", DeclaredPolicy(policy=each.id)) for each in found]
    )
    policies = [item for item in items if isinstance(item, Policy)]
    assert len(policies) > 9 >= len(packed(declared.organization, policies).policies)


def _is_ready(policy: Any) -> bool:
    return all(parameter.default is not None for parameter in policy.parameters.values())
