"""The pages of the controls are made from their metadata, which is complete, and they are current."""

from pathlib import Path

import pytest

from guardrails.control_pages import index, page
from guardrails.controls import FRAMEWORKS, Control
from guardrails.pipeline import known_controls

REPOSITORY = Path(__file__).parents[2]
PAGES = REPOSITORY / "docs" / "controls"
CONTROLS = known_controls(REPOSITORY)


def made() -> dict[str, str]:
    return {"README.md": index(CONTROLS.values())} | {f"{name}.md": page(found) for name, found in CONTROLS.items()}


def test_pages_are_current(request: pytest.FixtureRequest) -> None:
    """docs/controls holds one page for each control and their list, as `make docs` makes them, and nothing else."""
    if request.config.getoption("--write-docs"):
        PAGES.mkdir(parents=True, exist_ok=True)
        for stale in PAGES.glob("*.md"):
            stale.unlink()
        for name, text in made().items():
            (PAGES / name).write_text(text, encoding="utf-8")
    else:
        assert {found.name: found.read_text(encoding="utf-8") for found in PAGES.glob("*.md")} == made()


@pytest.mark.parametrize("control", CONTROLS.values(), ids=lambda control: control.id)
def test_a_control_is_documented(control: Control) -> None:
    """A shipped control says what it does, makes and leaves behind, and which requirements of known frameworks it helps to meet."""
    assert control.description.endswith(".")
    assert control.makes
    assert control.stays.endswith(".")
    assert control.frameworks.keys() <= set(FRAMEWORKS)
    assert control.frameworks.keys() >= {"NIST SP 800-53 Rev. 5", "ISO/IEC 27001:2022", "AWS Well-Architected"}
    assert all(source.startswith("https://docs.aws.amazon.com/") for source in control.sources)
