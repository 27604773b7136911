"""A pack is read, or everything that is wrong with its file is told, where it stands."""

from pathlib import Path

import pytest

from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.library.policy_packs import PackedPolicy

POLICY = """\
id: {id}
title: A title
description: A description.
severity: low
source: https://docs.aws.amazon.com/x
parameters:
  buckets: {{type: list, description: Which., pattern: "[a-z]+"}}
statements:
  - {{Sid: One, Effect: Deny, Action: "s3:*", Resource: "*"}}
examples:
  - name: first
    request: {{principal: root, action: s3:GetObject}}
    expect: explicitDeny
"""
PACK = """\
id: few
title: A few
description: What holds.
audience: Those who test.
policies:
  - {kind: scp, policy: one, parameters: {buckets: [logs]}}
  - {kind: scp, policy: other}
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library of two policies, each with a parameter that must be given, and a pack of both."""
    for name in ("one", "other"):
        write(tmp_path, f"scp/theme/{name}.yaml", POLICY.format(id=name))
    write(tmp_path, "packs/few.yaml", PACK)
    return Library(tmp_path)


def write(content: Path, file: str, text: str) -> None:
    path = content / "policies" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def refused(library: Library) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        library.packs()
    return [str(problem).replace(str(library.content / "policies"), "") for problem in raised.value.problems]


def test_a_good_file(library: Library) -> None:
    """A pack comes out as it was written; what it leaves open, who attaches it will say."""
    (pack,) = library.packs().values()
    assert pack == library.pack("few")
    assert (pack.id, pack.title, pack.description, pack.audience) == ("few", "A few", "What holds.", "Those who test.")
    assert pack.policies == (PackedPolicy("scp", "one", {"buckets": ["logs"]}), PackedPolicy("scp", "other"))


def test_none(tmp_path: Path) -> None:
    """A library without packs holds none."""
    assert Library(tmp_path).packs() == {}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: few", "id: many", "/packs/few.yaml:1:5: id is 'many' (it is the file's name, 'few')"),
        ("title: A few\n", "", "/packs/few.yaml:1:1: 'title' is missing"),
        ("audience:", "audiences:", "/packs/few.yaml:4:1: unknown key 'audiences' (did you mean 'audience'?)"),
        ("kind: scp, policy: other", "kind: spc, policy: other", "/packs/few.yaml:7:12: 'kind' is 'spc', but should be"),
        ("policy: other", "policy: othr", "/packs/few.yaml:7:25: there is no policy 'othr' in /scp (did you mean 'other'?)"),
        ("policy: other", "policy: one", "/packs/few.yaml:7:25: the policy one stands on line 6 already (remove one of"),
        ("buckets: [logs]", "bucket: [logs]",
         "/packs/few.yaml:6:51: the policy one has no parameter 'bucket' (did you mean 'buckets'?)"),
        ("[logs]", "logs", "/packs/few.yaml:6:52: parameter 'buckets' of the policy one should be a list of texts"),
        ("[logs]", "[LOGS]", "/packs/few.yaml:6:52: parameter 'buckets' of the policy one is 'LOGS', which does not"),
    ],
)  # fmt: skip
def test_what_is_wrong(library: Library, old: str, new: str, problem: str) -> None:
    """Each mistake is told at its line and column, with the nearest right name."""
    assert PACK.count(old) == 1
    write(library.content, "packs/few.yaml", PACK.replace(old, new))
    found = refused(library)
    assert any(told.startswith(problem) for told in found), found


def test_every_problem_of_every_file(library: Library) -> None:
    """A pack that cannot be read, a policy that is broken and a file that is no pack are told together."""
    write(library.content, "packs/wrong.yaml", "policies: [")
    write(library.content, "scp/theme/other.yaml", POLICY.format(id="another"))
    write(library.content, "packs/notes.txt", "")
    assert [problem.partition(":")[0] for problem in refused(library)] == [
        "/packs/notes.txt",
        "/packs/wrong.yaml",
        "/scp/theme/other.yaml",
    ]


def test_a_pack_that_there_is_not(library: Library) -> None:
    """A pack that does not exist is told where it was asked for, with the nearest one."""
    with pytest.raises(ConfigError, match=r"^f:1:2: there is no pack 'fw' in .*packs \(did you mean 'few'\?\)$"):
        library.pack("fw", ("f", 1, 2))
