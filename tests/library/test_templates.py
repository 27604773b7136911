"""Template files: rendered the same every time, and wrong ones refused with file and line."""

from pathlib import Path

import pytest

from guardrails.engine.resource import Ref
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.resources import ORGANIZATION

GOOD = '''
"""A topic."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from troposphere import Template, sns


@dataclass(frozen=True)
class Parameters:
    name: str
    days: Annotated[int, Field(ge=7, le=30)] = 30

    def __post_init__(self) -> None:
        if self.name == "forbidden":
            raise ValueError("this name is taken")


def template(p: Parameters) -> Template:
    t = Template(p.name)
    t.add_resource(sns.Topic("Topic", TopicName=p.name))
    if p.name == "broken":
        t.add_resource(sns.Topic("Second", TopicNme=p.name))
    if p.name == "huge":
        t.set_metadata({"x": "y" * 60_000})
    return t
'''.lstrip()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A content folder with one template, `topic`."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "topic.py").write_text(GOOD, encoding="utf-8")
    return Library(tmp_path)


def refused(library: Library, name: str, /, **parameters: object) -> Problem:
    with pytest.raises(ConfigError) as raised:
        library.template(name, **parameters)
    (problem,) = raised.value.problems
    return problem


def test_rendered(library: Library) -> None:
    """A template is parsed JSON with its parameters put in, and rendering it twice gives the same."""
    template = library.template("topic", name="news")
    assert template == {
        "Description": "news",
        "Resources": {"Topic": {"Properties": {"TopicName": "news"}, "Type": "AWS::SNS::Topic"}},
    }
    assert list(library.template("topic", name="news")) == sorted(template)


def test_a_late_value_passes_untouched(library: Library) -> None:
    """The text of a reference is a string like any other."""
    token = str(Ref(ORGANIZATION))
    assert library.template("topic", name=token)["Description"] == token


@pytest.mark.parametrize(
    ("name", "parameters", "message", "suggestion"),
    [
        ("topik", {}, "there is no template 'topik'", "did you mean 'topic'?"),
        ("zzz", {}, "there is no template 'zzz'", "known: topic"),
        ("topic", {"name": "a", "dais": 8}, "there is no parameter 'dais'", "did you mean 'days'?"),
        ("topic", {}, "the parameter 'name' is missing", ""),
        ("topic", {"name": "a", "days": 6}, "parameter days: Input should be greater than or equal to 7", ""),
        ("topic", {"name": 5}, "parameter name: Input should be a valid string", ""),
        ("topic", {"name": "forbidden"}, "this name is taken", ""),
        ("topic", {"name": "huge"}, "the template has 60,125 bytes, CloudFormation takes 51,200", "split it"),
    ],
)
def test_wrong_use(library: Library, name: str, parameters: dict[str, object], message: str, suggestion: str) -> None:
    """An unknown template, and a parameter that is unknown, missing or out of range, are told with the nearest right name."""
    problem = refused(library, name, **parameters)
    assert (problem.message, problem.suggestion) == (message, suggestion)
    assert problem.file.endswith(f"templates/{name}.py")


def test_an_error_inside_the_file_has_its_line(library: Library) -> None:
    """What troposphere refuses is told at the line of the template file that caused it."""
    problem = refused(library, "topic", name="broken")
    assert problem.line == GOOD.splitlines().index('        t.add_resource(sns.Topic("Second", TopicNme=p.name))') + 1
    assert "TopicNme" in problem.message


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\ny = = 2\n", 2, "SyntaxError: invalid syntax"),
        ("import nowhere_to_be_found\n", 1, "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("x = 1\n", 0, "a template file defines a dataclass `Parameters`"),
        (
            GOOD.replace("def template", "def templates"),
            0,
            "a template file defines a function `template(p: Parameters)`",
        ),
        (
            GOOD.replace("return t\n", "return None\n"),
            0,
            "TypeError: template(p) returns a troposphere.Template, this one returned None",
        ),
    ],
    ids=["syntax", "import", "no parameters", "no template", "returns nothing"],
)
def test_wrong_files(library: Library, source: str, line: int, message: str) -> None:
    """A file that is no template is refused, at the line where there is one."""
    (library.content / "templates" / "wrong.py").write_text(source, encoding="utf-8")
    problem = refused(library, "wrong", name="a")
    assert (problem.line, problem.message) == (line, message)


def test_a_secret_parameter_is_refused(library: Library) -> None:
    """A NoEcho parameter would stand in plans and in the journal, so there is none."""
    secret = GOOD.replace(
        "    return t\n", '    t.add_parameter(Parameter("Token", Type="String", NoEcho=True))\n    return t\n'
    )
    file = library.content / "templates" / "secret.py"
    file.write_text("from troposphere import Parameter\n" + secret, encoding="utf-8")
    assert "'Token' is NoEcho" in refused(library, "secret", name="a").message


def test_a_changed_file_is_read_again(library: Library) -> None:
    """An edited template counts at once, and no bytecode is left beside it."""
    library.template("topic", name="news")
    file = library.content / "templates" / "topic.py"
    file.write_text(GOOD.replace("TopicName=p.name", 'TopicName="fixed"'), encoding="utf-8")
    assert library.template("topic", name="news")["Resources"]["Topic"]["Properties"] == {"TopicName": "fixed"}
    assert list(file.parent.iterdir()) == [file]


def test_postponed_annotations(library: Library) -> None:
    """A template file may postpone its annotations: their names are still found."""
    file = library.content / "templates" / "topic.py"
    file.write_text(
        GOOD.replace("from dataclasses", "from __future__ import annotations\n\nfrom dataclasses"), encoding="utf-8"
    )
    assert library.template("topic", name="news")["Description"] == "news"
