"""Parameters whose values stand elsewhere in the account: in Parameter Store, or as the ids of existing resources.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from moto.route53.models import route53_backends

from guardrails.sandbox.serving.refusals import Refusal

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend
    from moto.ssm.models import Parameter

Declared = Mapping[str, Any]
_STORED: Final = re.compile(r"AWS::SSM::Parameter::Value<(?P<type>.+)>")
_LIST: Final = re.compile(r"List<(?P<type>.+)>")
NAME: Final = "AWS::SSM::Parameter::Name"
_PLAIN: Final = frozenset({"String", "CommaDelimitedList", "List<String>"})


def implemented(kind: str) -> bool:
    """Whether the sandbox has this AWS-specific or Systems Manager parameter type."""
    stored = _STORED.fullmatch(kind)
    if stored:
        return stored["type"] in _PLAIN or _item_type(stored["type"]) in _EXISTING
    return kind == NAME or _item_type(kind) in _EXISTING


def is_list(kind: str) -> bool:
    """Whether a parameter of the type is a list."""
    stored = _STORED.fullmatch(kind)
    inner = stored["type"] if stored else kind
    return inner == "CommaDelimitedList" or bool(_LIST.fullmatch(inner))


def fetched(declared: Mapping[str, Declared], values: Mapping[str, str], account: str, region: str) -> dict[str, str]:
    """The values that Parameter Store holds for the parameters of those types, by parameter; everything else is checked to exist.

    Raises:
        Refusal: Parameter Store has no such parameter, or the account no such resource.
    """
    result, missing = {}, []
    for name, text in values.items():
        kind = str(declared[name].get("Type"))
        stored = _STORED.fullmatch(kind)
        if stored or kind == NAME:
            found = _stored(text, account, region)
            if found is None or found.parameter_type == "SecureString":
                missing.append(text)
            elif stored:
                result[name] = str(found.value)
        inner = _item_type(stored["type"] if stored else kind)
        if inner in _EXISTING and text not in missing:
            _check(name, inner, result.get(name, text), account, region)
    if missing:
        raise Refusal(
            "ValidationError",
            f"Unable to fetch parameters [{','.join(missing)}] from parameter store for this account.",
        )
    return result


def _check(name: str, kind: str, text: str, account: str, region: str) -> None:
    for value in text.split(","):
        if not _EXISTING[kind](account, region, value.strip()):
            raise Refusal(
                "ValidationError",
                f"Parameter validation failed: parameter value {value} for parameter name {name} does not exist",
            )


def _item_type(kind: str) -> str:
    match = _LIST.fullmatch(kind)
    return match["type"] if match else kind


def _stored(name: str, account: str, region: str) -> "Parameter | None":
    from moto.ssm.models import ssm_backends  # brings EC2, which takes long to import

    return ssm_backends[account][region].get_parameter(name)


def _ec2(account: str, region: str) -> "EC2Backend":
    from moto.ec2.models import ec2_backends  # takes long to import

    return ec2_backends[account][region]


def _hosted_zone(account: str, region: str, value: str) -> bool:
    return value in route53_backends[account]["aws"].zones


_EXISTING: Final[Mapping[str, Callable[[str, str, str], bool]]] = MappingProxyType(
    {
        "AWS::EC2::AvailabilityZone::Name": lambda account, region, value: (
            value in {zone.name for zone in _ec2(account, region).describe_availability_zones()}
        ),
        "AWS::EC2::Image::Id": lambda account, region, value: value in _ec2(account, region).amis,
        "AWS::EC2::Instance::Id": lambda account, region, value: (
            _ec2(account, region).get_instance_by_id(value) is not None
        ),
        "AWS::EC2::KeyPair::KeyName": lambda account, region, value: value in _ec2(account, region).key_pairs,
        "AWS::EC2::SecurityGroup::Id": lambda account, region, value: (
            _ec2(account, region).get_security_group_from_id(value) is not None
        ),
        "AWS::EC2::Subnet::Id": lambda account, region, value: any(
            value in of_zone for of_zone in _ec2(account, region).subnets.values()
        ),
        "AWS::EC2::VPC::Id": lambda account, region, value: value in _ec2(account, region).vpcs,
        "AWS::EC2::Volume::Id": lambda account, region, value: value in _ec2(account, region).volumes,
        "AWS::Route53::HostedZone::Id": _hosted_zone,
    }
)
"""Parameter type -> whether the account has a resource of that id in the region."""
