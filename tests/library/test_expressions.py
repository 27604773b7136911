from typing import Any

import pytest

from guardrails.library.expressions import WrongExpression, understand

KNOWN: dict[str, Any] = {"name": "acme", "names": ["a", "b"], "count": 3, "on": True}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain ${aws:username} { x }", "plain ${aws:username} { x }"),
        ("{{ name }}", "acme"),
        ("<{{ name }}-{{ count }}-{{ on }}>", "<acme-3-true>"),
        ("{{ names }}", ["a", "b"]),
        ("{{- names -}}", ["a", "b"]),
        ("{{ names | map('upper') }}", ["A", "B"]),
        ("{{ names + [name] }}", ["a", "b", "acme"]),
        ("{{ count }}", "3"),
        ("{{ on }}", "true"),
        ("{{ '}}' }}", "}}"),
        ("{{ name | upper }}\n", "ACME\n"),
        ("{# nothing #}{{ name }}", "acme"),
        ("{{ 'x' if on else 'y' }}", "x"),
        ("{{ ['<', '>'] | join }}", "<>"),
    ],
)
def test_value(text: str, value: Any) -> None:
    """Texts are filled, numbers and truth values become text, and one expression alone may give a list."""
    assert understand(text).value(KNOWN) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ nam }}", "no parameter or fact 'nam'"),
        ("{{ names }}-x", "a list can only stand alone"),
        ("{{ name.x }}", "cannot be evaluated"),
        ("{{ names[7] }}", "cannot be evaluated"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ name | int + 'x' }}", "cannot be evaluated"),
        ("{{ ''.__class__.__mro__ }}", "cannot be evaluated"),
        ("{{ names.append('c') }}", "cannot be evaluated"),
        ("{{ range(3) }}", "no parameter or fact 'range'"),
        ("{{ cycler }}", "no parameter or fact 'cycler'"),
        ("{{ {} }}", "a list can only stand alone"),
        ("{{ none }}", "a list can only stand alone"),
        ("{{ name", "is not a valid expression"),
        ("{{ name | nofilter }}", "is not a valid expression"),
        ("{% for x in names %}{{ x }}{% endfor %}", "no {% blocks %}"),
        ("{% set x = 1 %}", "no {% blocks %}"),
        ("{% include 'x' %}", "no {% blocks %}"),
    ],
)
def test_wrong(text: str, message: str) -> None:
    """Unknown names, unsafe attributes, blocks and whatever fails are told as what they are."""
    with pytest.raises(WrongExpression) as refused:
        understand(text).value(KNOWN)
    assert message in str(refused.value)
