from pathlib import Path
from typing import Any

from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL
from guardrails.library import Library
from guardrails.linting import Placed
from guardrails.linting.compiled import compiled_findings
from guardrails.linting.library import sources
from guardrails.resources.permission_set import PermissionSet
from guardrails.resources.policy import Policy
from tests.lint_cases import document, statement
from tests.policy_files import policy_file

TRUSTED = ["arn:*:iam::*:role/Deployer"]
SPARED = {"ArnNotLike": {"aws:PrincipalArn": TRUSTED}}
DECLARED = ("config/controls.yaml", 7, 3)


def policy(
    *statements: dict[str, Any], origins: tuple[tuple[str, ...], ...] = (), kind: str = SERVICE_CONTROL
) -> Policy:
    return Policy(
        name="packed", policy_type=kind, content=document(*statements), origins=origins, declared_at=(DECLARED,)
    )


def findings(folder: Path, *resources: Any) -> list[Placed]:
    count, found = compiled_findings(resources, sources(Library(folder)), TRUSTED)
    assert count == len(resources)
    return found


def test_findings_stand_where_the_statement_was_written(tmp_path: Path) -> None:
    """Of a statement merged from two files, an action is found in the file that names it; what is of no file, where it was declared."""
    first = policy_file(tmp_path, "scp/first", Action=["s3:GetObject"])
    second = policy_file(tmp_path, "scp/second", Action=["s3:PtuObject"])
    places = tuple(source.origins[0][0] for source in sources(Library(tmp_path)))
    merged = statement(Action=["s3:GetObject", "s3:PtuObject"], Condition=SPARED)
    (found,) = findings(tmp_path, policy(merged, origins=(places,)))
    assert (found.rule.id, found.file, found.policy, found.statement) == ("GR202", str(second), "second", "One")
    assert second.read_text(encoding="utf-8").splitlines()[found.line - 1][found.column - 1 :] == "s3:PtuObject"
    (found,) = findings(tmp_path, policy(statement(Sid="One2", Action="s3:*"), origins=(places[:1],)))
    assert (found.rule.id, found.file) == ("GR406", str(first))
    assert found.message.startswith("One binds ")
    (found,) = findings(tmp_path, policy(statement(Action="s3:PtuObject")))
    assert (found.rule.id, (found.file, found.line, found.column), found.policy) == ("GR202", DECLARED, "packed")


def test_what_packing_makes_is_no_finding(tmp_path: Path) -> None:
    """Statements that say why they bind everybody may, also beside others; two files in one document may allow and deny."""
    policy_file(tmp_path, "scp/first", exempt_reason="Root users only.")
    policy_file(tmp_path, "scp/second", Effect="Allow")
    places = [source.origins[0] for source in sources(Library(tmp_path))]
    both = policy(statement(Action="s3:*"), statement("Allow", Action="ec2:*"), origins=tuple(places))
    assert [(each.rule.id, each.policy) for each in findings(tmp_path, both)] == [("GR405", "second")]


def test_other_policies(tmp_path: Path) -> None:
    """RCPs are asked for no exemption; the inline policy of a permission set is an identity policy; tag policies are not looked at."""
    (tmp_path / "policies").mkdir()
    inline = PermissionSet(name="Dev", inline_policy=document(statement("Allow", Action="s3:PtuObject")))
    deny = policy(statement(Principal="*", Action="s3:*"), kind=RESOURCE_CONTROL)
    assert [(each.policy, each.rule.id) for each in findings(tmp_path, deny, inline)] == [
        ("the permission set Dev", "GR202")
    ]
    tags = Policy(name="t", policy_type="TAG_POLICY", content={"tags": {}})
    assert compiled_findings([tags, PermissionSet(name="Empty")], (), ()) == (0, [])
