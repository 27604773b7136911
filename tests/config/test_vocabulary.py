from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.config.vocabulary import GlobalTargetsSettings, Settings, TargetsSettings, place
from guardrails.model import Organization, Source, Targets


class Example(Settings):
    targets: TargetsSettings = Targets()
    everywhere: GlobalTargetsSettings = Targets()


def test_targets_become_the_model() -> None:
    """A mapping in the vocabulary of targets arrives as the model's Targets, and so does a ready-made one."""
    wanted = Targets(organizational_units=("Workloads",), excluded_regions=("eu-west-1",))
    keys: Any = {"organizational_units": ["Workloads"], "excluded_regions": ["eu-west-1"]}
    assert Example(targets=keys).targets == wanted
    assert Example(targets=wanted).targets == wanted
    assert Example().targets == Targets()


def test_unknown_key_refused() -> None:
    """A key that is not in the vocabulary is refused; so are regions where they mean nothing."""
    wrong: tuple[Any, ...] = (
        {"targets": {"ous": ["A"]}},
        {"everywhere": {"regions": ["eu-west-1"]}},
        {"target": {}},
    )
    for keys in wrong:
        with pytest.raises(ValidationError, match="Extra inputs"):
            Example.model_validate(keys)


def test_settings_are_frozen() -> None:
    """Settings cannot be changed once they are loaded."""
    with pytest.raises(ValidationError, match="frozen"):
        Example().targets = Targets()


def test_place(configuration: Path, loaded: Callable[[Path], Organization]) -> None:
    """Settings and targets know where they stand; a default stands nowhere, and never where another one does."""
    text = "policies:\n  policies:\n    - policy: a\n      targets: {accounts: [shop]}\n    - policy: b\n"
    (configuration / "controls.yaml").write_text(text)
    (settings,) = (control.settings for control in loaded(configuration).controls if control.id == "policies")
    first, second = settings.policies
    assert place(settings) == ("config/controls.yaml", 2, 3)
    assert place(first) == ("config/controls.yaml", 3, 7)
    assert place(first.targets) == ("config/controls.yaml", 4, 16)
    assert place(second) == ("config/controls.yaml", 5, 7)
    assert second.targets.source == Source()
    assert place(Example()) == ("", 0, 0)


@pytest.mark.parametrize(
    ("targets", "problem"),
    [
        ("{accounts: [shop], regions: [eu-central-1]}", ""),
        ("{organizational_units: [Sandbox]}", ""),
        ("{excluded_organizational_units: [Workloads]}", ""),
        ("{}", ""),
        ("{accounts: []}", "2:23: 'accounts' should hold at least 1"),
        ("{accounts: [shp]}", "2:24: there is no account 'shp' (did you mean 'shop'?)"),
        ("{excluded_accounts: [shp]}", "2:33: there is no account 'shp' (did you mean 'shop'?)"),
        (
            "{organizational_units: [Prod]}",
            "2:36: there is no organizational unit 'Prod' (did you mean 'Workloads/Prod'?)",
        ),
        ("{regions: [eu-wst-1]}", "2:23: there is no governed region 'eu-wst-1' (did you mean 'eu-west-1'?)"),
        (
            "{regions: [sa-east-1]}",
            "2:23: 'sa-east-1' is not a governed region (add it to governed_regions in organization.yaml)",
        ),
        ("{account_tags: {environment: prd}}", "2:12: these targets select no account (did you mean 'prod'?)"),
        ("{account_tags: {enviroment: prod}}", "2:12: these targets select no account (did you mean 'environment'?)"),
        ("{account_tags: {tier: gold}}", "2:12: these targets select no account (no account carries the tag tier)"),
        (
            "{account_tags: {environment: 5}}",
            "2:12: these targets select no account (no account carries the tag environment: 5)",
        ),
        (
            "{accounts: [shop], excluded_accounts: [shop]}",
            "2:12: these targets select no account (every one that is named is excluded again)",
        ),
        (
            "{organizational_units: [Workloads/Dev], excluded_organizational_units: [Workloads]}",
            "2:12: these targets select no account (every one that is named is excluded again)",
        ),
        ("{excluded_regions: [eu-west-1, eu-central-1]}", "2:12: these targets select no region"),
    ],
)
def test_targets_against_the_organization(problems: Callable[..., list[str]], targets: str, problem: str) -> None:
    """Targets name what exists and select something; an OU that has no account yet is something."""
    found = problems("controls.yaml", f"keys:\n  targets: {targets}\n")
    assert found == ([f"config/controls.yaml:{problem}"] if problem else [])
