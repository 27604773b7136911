from pathlib import Path

import pytest

from guardrails.errors import ConfigError
from guardrails.policy_tests.expressions import facts_of
from guardrails.policy_tests.loading import files_in, load
from tests.policy_tests.shop import SHOP, written

GOOD = """\
  - name: trails stay
    targets: {organizational_units: [Work]}
    principals: [everyone, permission-set/Developer]
    except: role/BreakGlass
    actions: cloudtrail:Stop*
    resources: "arn:aws:s3:::{{ account_id }}"
    resource_account: logs
    regions: [eu-west-1]
    context: {aws:SourceIp: null}
    expect: denied
    by: trails
    depends: aws:SourceVpc
"""


def problems(folder: Path, text: str) -> list[str]:
    """What is wrong with a file, each without the folder before it."""
    with pytest.raises(ConfigError) as raised:
        load([written(folder, text)], SHOP, facts_of(SHOP), {"trails", "others"})
    return [str(problem).replace(f"{folder}/", "") for problem in raised.value.problems]


def test_a_good_file(tmp_path: Path) -> None:
    """Every key is taken; one text may stand for a list of one; a test knows where it stands."""
    (test,) = load([written(tmp_path, GOOD)], SHOP, facts_of(SHOP), {"trails"})
    assert (test.name, test.excluded, test.actions) == ("trails stay", ("role/BreakGlass",), ("cloudtrail:Stop*",))
    assert (test.standing.line, test.context, test.depends) == (2, {"aws:SourceIp": None}, ("aws:SourceVpc",))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[Work]", "[Wrok]", "3:38: there is no organizational unit 'Wrok' (did you mean 'Work'?)"),
        ("{organizational_units: [Work]}", "{accounts: [prd]}", "3:26: there is no account 'prd' (did you mean 'prod'?)"),
        ("set/Developer", "set/Develper", "4:28: there is no permission set 'Develper' (did you mean 'Developer'?)"),
        ("[everyone,", "[everybody,", "4:18: 'everybody' is no principal (did you mean 'everyone'?)"),
        ("role/BreakGlass", "BreakGlass", "5:13: 'BreakGlass' is no principal (did you mean 'break-glass'?)"),
        ("role/BreakGlass", '"{{ prefix }}"', "5:13: 'shop' is no principal (an expression made it)"),
        ("cloudtrail:Stop*", "cloudtrial:Stop*", "6:14: there is no service 'cloudtrial' (did you mean 'cloudtrail'?)"),
        ("cloudtrail:Stop*", "cloudtrail:StopLoging",
         "6:14: there is no action 'cloudtrail:StopLoging' (did you mean 'cloudtrail:StopLogging'?)"),
        ("cloudtrail:Stop*", "s3:GetObject\n    resources: orders", "7:16: 'orders' is no resource of a request (write an ARN, or *)"),
        ("cloudtrail:Stop*", "StopLogging", "6:14: 'StopLogging' is no action (write service:Name; * and ? may stand in the name)"),
        ("{{ account_id }}", "{{ acount_id }}", "7:16: there is no parameter or fact 'acount_id' (did you mean 'account_id'?)"),
        ('"arn:aws:s3:::{{ account_id }}"', "data", "7:16: 'data' is no resource (write an ARN, or '*' where"),
        ("account: logs", "account: lgos", "8:23: there is no account 'lgos' (did you mean 'logs'?)"),
        ("[eu-west-1]", "[eu-wset-1]", "9:15: there is no region 'eu-wset-1' (did you mean 'eu-west-1'?)"),
        ("aws:SourceIp: null", "aws:SourceIpp: null", "10:15: there is no condition key 'aws:SourceIpp' (did you mean 'aws:SourceIp'?)"),
        ("aws:SourceIp: null", "aws:SourceIp: {}",
         "10:29: the value of a context key is text, a list of texts, or null: the request certainly lacks it"),
        ("expect: denied", "expect: deny", "11:13: 'expect' is 'deny', but should be 'allowed', 'denied', 'expl"),
        ("by: trails", "by: trials", "12:9: there is no service or resource control policy 'trials' (did you mean 'trails'?)"),
        ("expect: denied", "expect: allowed", "12:5: no policy denies explicitly where the answer is allowed (remove by:"),
        ("depends: aws:SourceVpc", "depends: SourceVpc", "13:14: 'SourceVpc' is no condition key (write service:Name, as in aws:SourceIp)"),
        ("    expect: denied\n", "", "2:5: 'expect' is missing"),
        ("actions:", "action:", "6:5: unknown key 'action' (did you mean 'actions'?)"),
        ("except:", "excluded:", "5:5: unknown key 'excluded'"),
    ],
)  # fmt: skip
def test_a_problem(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """Each problem is told with its line, its column and the nearest right name."""
    assert GOOD.count(old) == 1
    assert any(told.startswith(f"t.yaml:{problem}") for told in problems(tmp_path, GOOD.replace(old, new)))


def test_context_of_all_tests(tmp_path: Path) -> None:
    """What stands in the file's own context is every test's; a test's word on the same key, however it is spelled, wins."""
    file = written(tmp_path, GOOD)
    file.write_text('context: {aws:sourceip: 10.0.0.1, aws:SourceVpc: "{{ prefix }}"}\n' + file.read_text())
    (test,) = load([file], SHOP, facts_of(SHOP), {"trails"})
    assert test.context == {"aws:SourceVpc": "{{ prefix }}", "aws:SourceIp": None}
    assert test.standing.line == 3
    file.write_text("context: {aws:SourceIpp: x, aws:SourceVpc: '{{ y }}'}\n" + file.read_text().partition("\n")[2])
    with pytest.raises(ConfigError) as raised:
        load([file], SHOP, facts_of(SHOP), {"trails"})
    assert [(problem.line, problem.column) for problem in raised.value.problems] == [(1, 11), (1, 44)]


def test_all_problems_at_once(tmp_path: Path) -> None:
    """A mistake hides no other, and two tests of one name are a mistake."""
    text = GOOD.replace("[Work]", "[Wrok]").replace("{{ account_id }}", "{{ x }}")
    assert len(problems(tmp_path, text)) == 2
    (twice,) = problems(tmp_path, GOOD + GOOD)
    assert twice == "t.yaml:14:11: 'trails stay' is the name of two tests (the other stands on line 2)"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- name: x", "1:1: should be a mapping (key: value) (write the tests under tests:)"),
        ("tests: []", "1:8: 'tests' should hold"),
    ],
)
def test_what_is_no_file_of_tests(tmp_path: Path, text: str, problem: str) -> None:
    """A list at the top, and a file without tests, are told as such."""
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load([tmp_path / "t.yaml"], SHOP, facts_of(SHOP), set())
    assert f"t.yaml:{problem}" in str(raised.value)


def test_the_files_of_a_folder(tmp_path: Path) -> None:
    """Folders below are looked into; hidden files and what is no YAML are left alone."""
    for name in ("b.yaml", "a/c.yml", ".hidden/d.yaml", ".e.yaml", "f.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert files_in(tmp_path) == [tmp_path / "a/c.yml", tmp_path / "b.yaml"]
