from typing import Any

from guardrails.library.filling import filled

KNOWN = {"names": ["a", "b"], "nobody": [], "name": "acme", "key": "changed"}


def fill(value: Any) -> tuple[Any, list[tuple[Any, ...]]]:
    problems: list[tuple[Any, ...]] = []
    return filled(value, KNOWN, lambda *problem: problems.append(problem)), problems


def test_lists_are_spliced_into_lists() -> None:
    """A list that an expression gives joins the list around it; alone it stands for itself; a list of the file stays nested."""
    assert fill(["x", "{{ names }}", ["{{ names }}"], "{{ nobody }}"]) == (["x", "a", "b", ["a", "b"]], [])
    assert fill({"k": "{{ names }}"}) == ({"k": ["a", "b"]}, [])


def test_only_values_are_filled() -> None:
    """Keys stay as written, truth values and null too, whole numbers become text."""
    assert fill({"{{ key }}": True, "n": None, "i": 7}) == ({"{{ key }}": True, "n": None, "i": "7"}, [])


def test_every_problem_is_reported_with_its_path() -> None:
    """Problems are reported by the path of the text, all of them."""
    _, problems = fill({"a": ["{{ x }}", {"b": "{{ nam }}"}]})
    assert [problem[0] for problem in problems] == [("a", 0), ("a", 1, "b")]
    assert problems[1][2] == "did you mean 'name'?"
