"""The template of the event data store: clean, for the whole organization, and kept when its stack goes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from guardrails.library import Library
from guardrails.library.lint import RUN


@pytest.mark.whole_baseline
def test_clean_and_kept(repository: Path, tmp_path: Path) -> None:
    """cfn-lint has nothing to say; store and key stay without their stack; CloudTrail may use the key for this account's stores only."""
    template = Library(repository).template("event_data_store", prefix="acme", retention_days=400)
    (tmp_path / "template.json").write_text(json.dumps(template), encoding="utf-8")
    lint = [sys.executable, "-c", RUN, str(tmp_path / "template.json")]
    ended = subprocess.run(lint, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "")
    resources = template["Resources"].values()
    assert {(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in resources} == {
        ("RetainExceptOnCreate", "Retain")
    }
    store = template["Resources"]["Store"]["Properties"]
    assert (store["OrganizationEnabled"], store["RetentionPeriod"], store["TerminationProtectionEnabled"]) == (
        True,
        400,
        True,
    )
    (_, service) = template["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    assert set(service["Condition"]) == {"StringEquals", "ArnLike"}
