import json
from pathlib import Path

import pytest

from tests.command_line import Workplace
from tests.lint_cases import document, statement

BAD = document(statement(Sid="Bad", Action="s3:GetObjct"))
DOUBTFUL = document(statement(Action="s3:Nothing*"))


def written(workplace: Workplace, name: str, content: object) -> str:
    workplace.write(name, json.dumps(content))
    return name


def test_what_ships(workplace: Workplace) -> None:
    """What ships has no finding; the number of policies and the date of the actions are told."""
    ended = workplace.run("lint")
    assert ended.code == 0
    assert "policies: nothing found. Actions as AWS had them on 2026-" in ended.out


def test_the_declared_organization_is_looked_at(workplace: Workplace) -> None:
    """A parameter that an organization gives is linted where its policy is used, and validate refuses what is an error."""
    own = workplace.with_own_content()
    own.declare_little()
    declared = "service-control-policies:\n  policies: [{policy: protect-cloudtrail-and-guardduty}]\n"
    own.write("config/controls.yaml", f"identity-center: false\n{declared}")
    file = own.content / "policies/scp/logging/protect-cloudtrail-and-guardduty.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("cloudtrail:DeleteTrail", "cloudtrail:DelteTrail"))
    ended = own.run("lint")
    assert ended.code == 2
    assert "content/policies/scp/logging/protect-cloudtrail-and-guardduty.yaml:17:9: error GR202" in ended.out
    assert ended.out.count("GR202") == 1
    refused = own.run("validate")
    assert refused.code == 3
    assert "GR202: cloudtrail has no action 'DelteTrail' (did you mean 'DeleteTrail'?)" in refused.message
    single = own.run("lint", "--output", "json", str(file)).document
    assert [(each["id"], each["policy"]) for each in single["findings"]] == [
        ("GR202", "protect-cloudtrail-and-guardduty")
    ]


@pytest.mark.parametrize(
    ("content", "arguments", "code", "said"),
    [
        (BAD, (), 2, "error GR202"),
        (DOUBTFUL, (), 0, "warning GR203"),
        (DOUBTFUL, ("--strict",), 2, "warning GR203"),
        (document(statement("Allow")), (), 0, "1 policy: nothing found"),
        (document(statement("Allow")), ("--type", "rcp"), 2, "error GR101"),
        (document(statement()), ("--trusted", "arn:*:iam::*:role/Deployer"), 2, "error GR406"),
    ],
)
def test_files(workplace: Workplace, content: object, arguments: tuple[str, ...], code: int, said: str) -> None:
    """Documents are linted wherever nothing else is; errors end with 2, warnings only when strict."""
    (workplace.folder / "config/controls.yaml").unlink()
    ended = workplace.run("lint", written(workplace, "x.json", content), *arguments)
    assert (ended.code, said in ended.out) == (code, True)
    assert all(len(line) <= 80 or line.strip().startswith("https://") for line in ended.out.splitlines())


def test_what_is_told_of_a_finding(workplace: Workplace) -> None:
    """A finding is told with place, severity, id, reason, what to do, and AWS's page; as JSON with the same."""
    name = written(workplace, "x.json", BAD)
    lines = workplace.run("lint", name).out.splitlines()
    assert lines[0] == "x.json:1:84: error GR202"
    assert lines[1] == "  s3 has no action 'GetObjct' (did you mean 'GetObject'?)"
    assert lines[2].startswith("  https://docs.aws.amazon.com/")
    assert lines[3].startswith("1 policy: 1 error. ")
    (finding,) = workplace.run("lint", name, "--output", "json").document["findings"]
    assert [finding[key] for key in ("id", "severity", "file", "line", "column", "statement", "suggestion")] == [
        "GR202", "error", "x.json", 1, 84, "Bad", "did you mean 'GetObject'?"
    ]  # fmt: skip


def test_sarif(workplace: Workplace) -> None:
    """The findings are also written as SARIF, with the file named from here."""
    ended = workplace.run("lint", written(workplace, "x.json", BAD), "--sarif", "out/lint.sarif")
    assert (ended.code, "Wrote the findings to out/lint.sarif." in ended.message) == (2, True)
    log = json.loads(Path("out/lint.sarif").read_text(encoding="utf-8"))
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "x.json"}


def test_what_cannot_be_read(workplace: Workplace) -> None:
    """A file that is no policy document ends with 3 and says what is wanted."""
    ended = workplace.run("lint", "config/organization.yaml")
    assert ended.code == 3
    assert "config/organization.yaml: is no policy document: it has no Statement" in ended.message
