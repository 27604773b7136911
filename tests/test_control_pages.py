"""A control's page shows every setting, with its values, its default and its meaning, also of mappings inside mappings."""

from typing import Literal

from pydantic import Field

from guardrails.config.vocabulary import Settings
from guardrails.control_pages import index, page
from guardrails.controls import Control


class Inner(Settings):
    """One thing inside."""

    days: int = Field(ge=1, le=30, description="For how | many days.")


class Outer(Settings):
    """What may be set."""

    mode: Literal["soft", "hard"] = Field("soft", description="How hard.")
    regions: tuple[str, ...] = Field((), description="Where.")
    kinds: dict[str, Inner] = Field({}, description="Which.")
    first: Inner | None = Field(None, description="The first.")
    on: bool = Field(True, description="Whether at all.")


CONTROL = Control(
    id="some-control",
    title="Something holds",
    behavior="detective",
    source="https://docs.aws.amazon.com/a",
    settings=Outer,
    resources=lambda organization, library, settings: (),
    description="Does something.",
    makes=("AWS::Some::Thing everywhere",),
    costs=("each thing",),
    stays="Nothing stays.",
    frameworks={"PCI DSS 4.0.1": ("10.1",)},
    sources=("https://docs.aws.amazon.com/b",),
)


def test_page() -> None:
    """Title, settings of every depth, resources, costs, what stays, requirements and sources stand on the page."""
    text = page(CONTROL)
    for line in (
        "**Something holds.** Detective; `some-control:` in config/controls.yaml switches it on.",
        "| `mode` | `soft` · `hard` | `soft` | How hard. |",
        "| `regions` | list of text | none | Where. |",
        "| `kinds` | mapping to a mapping (Inner) | none | Which. |",
        "| `first` | a mapping (Inner) | none | The first. |",
        "| `on` | `true` · `false` | `true` | Whether at all. |",
        "### Inner",
        r"| `days` | whole number, 1 to 30 | must be given | For how \| many days. |",
        "- AWS::Some::Thing everywhere",
        "- each thing",
        "| PCI DSS 4.0.1 | 10.1 |",
        "- <https://docs.aws.amazon.com/b>",
    ):
        assert line in text.splitlines(), line


def test_index() -> None:
    """The list links each control's page."""
    assert "| [some-control](some-control.md) | Something holds | detective |" in index([CONTROL])
