"""What users say of Security Hub: standards, controls that are off and why, values of parameters, and what differs somewhere."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from guardrails.config.vocabulary import GlobalTargetsSettings, Settings, Shaped, wrong
from guardrails.security_hub.security_controls import why_unknown
from guardrails.security_hub.standards import StandardName

BASELINE: Final = "baseline"
"""What the organization's own policy is called."""
PARAMETER_TYPES: Final = ("Integer", "IntegerList", "Double", "Boolean", "String", "StringList", "Enum", "EnumList")


def _control_id(identifier: str) -> str:
    if hint := why_unknown(identifier):
        raise wrong(f"there is no control {identifier!r}", hint)
    return identifier


def _parameter(value: Any) -> Any:
    """A value as AWS takes it, which says its type; numbers and truth values say it themselves."""
    if isinstance(value, Mapping):
        if len(value) != 1 or next(iter(value)) not in PARAMETER_TYPES:
            raise wrong(f"a parameter's value is one of {', '.join(PARAMETER_TYPES)}, as in {{Enum: NONE}}")
        return value
    kinds: dict[type, str] = {bool: "Boolean", int: "Integer", float: "Double"}
    if type(value) in kinds:
        return {kinds[type(value)]: value}
    raise wrong(f"the type of {value!r} is not plain", "write it as in {Enum: NONE} or {StringList: [a, b]}")


ControlId = Annotated[str, AfterValidator(_control_id)]
Reason = Annotated[str, Shaped(r"\S.{9,}", "a reason: ten characters at least, on one line")]
PolicyName = Annotated[str, Shaped(r"[A-Za-z0-9\-.!*/]{1,100}", "a policy's name: letters, digits and - . ! * /")]
Parameters = dict[ControlId, dict[str, Annotated[Any, AfterValidator(_parameter)]]]


class PolicyOfTargets(Settings):
    """What holds for some OUs and accounts instead of what holds for the organization."""

    name: PolicyName = Field(description="Its name in AWS, after the prefix of the organization.")
    targets: GlobalTargetsSettings = Field(
        description="Where it holds; the policy nearest to an account does. Exclusions are refused: AWS has none."
    )
    enabled: bool = Field(True, description="Whether Security Hub is on there at all.")
    standards: tuple[StandardName, ...] | None = Field(
        None, description="Standards that are on there; the organization's when left out."
    )
    disabled_controls: dict[ControlId, Reason] = Field(
        {}, description="Controls that are off there, besides the organization's, each with the reason."
    )
    enabled_controls: tuple[ControlId, ...] = Field(
        (), min_length=1, description="The only controls that are on there, new ones of AWS's not among them."
    )
    control_parameters: Parameters = Field(
        {}, description="Values of controls' parameters, besides the organization's."
    )

    @model_validator(mode="after")
    def _means_one_thing(self) -> "PolicyOfTargets":
        if self.name == BASELINE:
            raise wrong(f"{BASELINE!r} is the name of the organization's own policy", "choose another name")
        if self.disabled_controls and self.enabled_controls:
            raise wrong("either controls are off, or only some are on", "drop disabled_controls or enabled_controls")
        if not self.enabled and (
            self.standards or self.disabled_controls or self.enabled_controls or self.control_parameters
        ):
            raise wrong(
                "where Security Hub is off it has neither standards nor controls", "drop them, or enabled: false"
            )
        return self


class SecurityHub(Settings):
    """Which standards and controls are on in the organization, and what differs somewhere."""

    standards: tuple[StandardName, ...] = Field(
        ("fsbp", "cis-5.0"), description="Standards that are on in every account and governed region."
    )
    disabled_controls: dict[ControlId, Reason] = Field(
        {},
        description="Controls that are off everywhere, each with the reason, which goes into the policy's description.",
    )
    control_parameters: Parameters = Field(
        {},
        description=(
            "Values of controls' parameters, by control: `IAM.7: {MinimumPasswordLength: 14}`. "
            "What is neither number nor truth value says its type: `{Enum: NONE}`."
        ),
    )
    policies: tuple[PolicyOfTargets, ...] = Field((), description="What holds for some OUs and accounts instead.")
    self_managed: GlobalTargetsSettings | None = Field(
        None, description="OUs and accounts that configure Security Hub for themselves, region by region."
    )

    @model_validator(mode="after")
    def _distinct(self) -> "SecurityHub":
        names = [policy.name for policy in self.policies]
        for name in names:
            if names.count(name) > 1:
                raise wrong(f"two policies are called {name!r}", "give each a name of its own, or both targets to one")
        return self
