"""Whatever is wrong with what a person wrote: told clearly, with its exit code, and nothing is written."""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.organizations import account_creation
from tests.command_line import Workplace, refused_everywhere, same_message
from tests.organization_snapshot import differences, snapshot

TOO_LONG = """\
id: too-long
title: A policy that names every object on its own, and cannot be split
description: Longer than AWS takes.
severity: low
frameworks: {AWS Well-Architected Security Pillar: [SEC01-BP06]}
source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
statements:
  - {Sid: DenyAllOthers, Effect: Deny, Action: "s3:*", NotResource: [%s]}
examples:
  - {name: another, request: {principal: role/Admin, action: s3:GetObject, resource: "arn:aws:s3:::b/x"}, expect: explicitDeny}
"""

Untouched = Callable[[], None]


def test_malformed_yaml_is_told_with_its_place(workplace: Workplace, untouched: Untouched) -> None:
    """A file that is no YAML ends every command with 3, naming the file, line and column; nothing is written."""
    workplace.write("config/identity.yaml", "groups: {developers: Build\nassignments: [\n")
    message = refused_everywhere(workplace, 3)
    assert message.startswith("config/identity.yaml:")
    assert "is not valid YAML" in message
    assert not (workplace.folder / "out").exists()
    untouched()


def test_every_file_that_is_wrong_is_told_at_once(workplace: Workplace, untouched: Untouched) -> None:
    """Two broken files and an unknown name in a third are three lines of one message, each with its place."""
    workplace.write("config/accounts/dev.yaml", "name: [\n")
    workplace.write("config/controls.yaml", "kms-defaults: }\n")
    workplace.edit("config/accounts/prod.yaml", "Workloads/Prod", "Workloads/Porod")
    ended = workplace.sandboxed("apply", "--yes")
    places = [line.partition(": ")[0] for line in ended.err.splitlines()[1:]]
    assert ended.code == 3
    assert [place.partition(":")[0] for place in places] == [
        "config/accounts/dev.yaml",
        "config/accounts/prod.yaml",
        "config/controls.yaml",
    ]
    assert "did you mean 'Workloads/Prod'?" in ended.message
    untouched()


def test_a_policy_over_its_size_is_refused_offline(workplace: Workplace, untouched: Untouched) -> None:
    """A service control policy over AWS's quota ends every command with 3 before AWS is asked, naming policy, size and quota."""
    own = workplace.with_own_content()
    resources = ", ".join(f'"arn:aws:s3:::b/{number}"' for number in range(600))
    workplace.write("content/policies/scp/too-long.yaml", TOO_LONG % resources)
    workplace.edit(
        "config/controls.yaml",
        "  policies:\n",
        "  policies:\n    - {policy: too-long, targets: {organizational_units: [Root]}}\n",
    )
    message = refused_everywhere(own, 3)
    assert "too-long" in message
    assert "10240" in message.replace(",", "").replace(" ", "").replace("_", "")
    untouched()


def test_a_template_that_cfn_lint_refuses_is_refused_offline(workplace: Workplace, untouched: Untouched) -> None:
    """A template with an error that only cfn-lint sees ends every command with 3, naming the stack, the place in it and the rule."""
    own = workplace.with_own_content()
    workplace.edit("content/templates/kms_defaults.py", "TargetKeyId=Ref(key)", 'TargetKeyId=Ref("Nowhere")')
    message = same_message([own.sandboxed("apply", "--yes")], 3)
    assert "the template of AWS::CloudFormation::Stack acme-kms-defaults" in message
    assert "Resources/EbsAlias/Properties/TargetKeyId" in message
    assert "cfn-lint rule E" in message
    untouched()


def test_an_email_of_another_declared_account_is_refused_offline(workplace: Workplace, untouched: Untouched) -> None:
    """Two files with one e-mail address, whatever its case, end every command with 3, naming both files."""
    workplace.edit("config/accounts/dev.yaml", "aws+dev@acme.example", "AWS+Prod@acme.example")
    message = refused_everywhere(workplace, 3)
    assert "config/accounts/dev.yaml:3:8" in message or "config/accounts/prod.yaml:3:8" in message
    assert "is taken (by config/accounts/" in message
    untouched()


def test_an_email_of_an_account_elsewhere_fails_that_account_and_what_needs_it(
    workplace: Workplace, sandbox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS alone knows the e-mail addresses of strangers: the account fails with AWS's reason, what needs it is skipped, nothing is made."""
    workplace.declare_little()
    assert workplace.sandboxed("apply", "--yes").code == 0
    before, lines = snapshot(sandbox), len(workplace.journal)
    known = account_creation._complete

    def taken(request: account_creation.CreateAccountRequest) -> None:
        if request.email == "taken@acme.example":
            request.state, request.failure_reason = "FAILED", "EMAIL_ALREADY_EXISTS"
        else:
            known(request)

    monkeypatch.setattr(account_creation, "_complete", taken)
    workplace.write(
        "config/accounts/late.yaml", "name: Late\nemail: taken@acme.example\norganizational_unit: Workloads/Dev\n"
    )
    ended = workplace.sandboxed("apply", "--yes")
    assert ended.code == 4
    assert "AWS::Organizations::Account late" in ended.out
    assert "EMAIL_ALREADY_EXISTS" in ended.out
    assert "Applied: 1 not made" in ended.out
    assert differences(before, snapshot(sandbox)) == []
    changes = [line for line in workplace.journal[lines:] if line["event"] == "change"]
    assert [(line["address"], line["result"]) for line in changes] == [("AWS::Organizations::Account late", "failed")]


@pytest.mark.parametrize("command", ["compile", "plan"])
def test_a_place_that_cannot_be_written_is_told(workplace: Workplace, untouched: Untouched, command: str) -> None:
    """A file where a folder should be ends the command with 3 and the path, and is no defect of ours."""
    workplace.write("taken", "")
    ended = workplace.sandboxed(command, "--out", "taken/below")
    assert ended.code == 3
    assert ended.message.startswith("Error: taken")
    assert "defect" not in ended.message
    untouched()
