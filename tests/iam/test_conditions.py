"""The folder of condition operators is the registry."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from guardrails.iam import conditions

FOLDER = Path(conditions.__file__).parent


def test_every_operator_of_the_documentation_is_there() -> None:
    """The 27 operators of AWS's page are known, by the names AWS gives them, without regard to case."""
    comparisons = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
    expected = {
        *(
            f"String{name}"
            for name in ["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"]
        ),
        *(f"{kind}{name}" for kind in ("Numeric", "Date") for name in comparisons),
        *(f"Arn{name}" for name in ["Equals", "NotEquals", "Like", "NotLike"]),
        *["Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"],
    }
    known = conditions.operators()
    assert {operator.name for operator in known.values()} == expected
    assert all(name == operator.name.casefold() for name, operator in known.items())


def test_names_tell_what_is_negated() -> None:
    """Exactly the operators with Not in their names are negated."""
    for operator in conditions.operators().values():
        assert operator.negated == ("Not" in operator.name)


def test_every_family_has_its_source_and_its_test() -> None:
    """Each file of the folder says where AWS documents it, and has a test of its name."""
    for file in FOLDER.glob("[!_]*.py"):
        assert re.search(r"https://docs\.aws\.amazon\.com/\S+#Conditions_", file.read_text(encoding="utf-8"))
        assert (Path(__file__).parent / "conditions" / f"test_{file.stem}.py").exists()


def test_an_operator_is_defined_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two files that define the same operator are an error, not a matter of luck."""
    (tmp_path / "twin.py").write_text("", encoding="utf-8")
    twin = ModuleType("twin")
    twin.OPERATORS = (conditions.operators()["bool"],)  # type: ignore[attr-defined]  # as a file of the folder would
    monkeypatch.setitem(sys.modules, "guardrails.iam.conditions.twin", twin)
    monkeypatch.setattr(conditions, "__path__", [*conditions.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match="two files define the condition operator Bool"):
        conditions.operators.__wrapped__()
