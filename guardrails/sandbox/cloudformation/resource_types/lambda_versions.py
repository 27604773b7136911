"""AWS::Lambda::Version, AWS::Lambda::Alias and AWS::Lambda::Permission."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.awslambda.exceptions import UnknownAliasException
from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaFunction, lambda_backends

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed, ResourceType
from guardrails.sandbox.functions import addresses
from guardrails.sandbox.serving.refusals import Refusal

_OF_ONE_VERSION: Final = frozenset({"FunctionArn", "LastModified", "Version", "Description"})
_TESTS: Final[Mapping[str, tuple[str, str]]] = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Property of a permission -> the condition that Lambda writes for it.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""


def _backend(place: Place) -> LambdaBackend:
    return lambda_backends[place.account][place.region]


def _function(place: Place, address: str) -> LambdaFunction:
    return addresses.find(address, place.account, place.region)


def _found(place: Place, address: str) -> LambdaFunction | None:
    try:
        return _function(place, address)
    except Refusal:
        return None


@dataclass(frozen=True, slots=True)
class _Made(Resource):
    """One of these, with the properties that it was made with: what names a function can be written in several ways."""

    properties: Properties = field(default_factory=dict)


class LambdaVersion:
    """A published version: code and configuration of a function as they were.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
    """

    name = "AWS::Lambda::Version"
    applied = frozenset({"CodeSha256", "Description", "FunctionName"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Publish a version; refused when nothing changed since the last one."""
        function = _function(place, properties["FunctionName"])
        wanted = properties.get("CodeSha256", function.code_sha_256)
        if wanted != function.code_sha_256:
            raise ResourceFailed(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({function.code_sha_256}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        _, *versions = _backend(place).list_versions_by_function(function.function_name)
        if versions and _settings(versions[-1]) == _settings(function):
            number = versions[-1].version
            raise ResourceFailed(
                f"A version for this Lambda function exists ( {number} ). Modify the function to create a new version."
            )
        function.code_or_config_updated = True
        version = _backend(place).publish_version(function.function_name, properties.get("Description", ""))
        assert version is not None
        attributes = {"FunctionArn": version.function_arn, "Version": str(version.version)}
        return _Made(version.function_arn, attributes, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Nothing about a version can change."""
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the version."""
        if _found(place, resource.physical_id) is not None:
            name, _, number = resource.physical_id.rpartition(":")
            _backend(place).delete_function(name, number)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The function, and the version's description and code."""
        version = _found(place, resource.physical_id)
        if version is None:
            return None
        assert isinstance(resource, _Made)
        return {
            "CodeSha256": version.code_sha_256,
            "Description": version.description,
            "FunctionName": resource.properties["FunctionName"],
        }


class LambdaAliasType:
    """A name for a version.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html
    """

    name = "AWS::Lambda::Alias"
    applied = frozenset({"Description", "FunctionName", "FunctionVersion", "Name"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Name a version that exists."""
        function = _function(place, properties["FunctionName"])
        alias = _backend(place).create_alias(
            properties["Name"],
            function.function_name,
            properties["FunctionVersion"],
            properties.get("Description", ""),
            "",
        )
        return _Made(alias.arn, {"AliasArn": alias.arn}, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Point to another version."""
        function = _function(place, properties["FunctionName"])
        _backend(place).update_alias(
            properties["Name"],
            function.function_name,
            properties["FunctionVersion"],
            properties.get("Description", ""),
            "",
        )
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the alias."""
        if self._alias(place, resource) is not None:
            name, _, alias = resource.physical_id.rpartition(":")
            _backend(place).delete_alias(alias, name)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The version that it points to."""
        alias = self._alias(place, resource)
        if alias is None:
            return None
        assert isinstance(resource, _Made)
        return {
            "Description": alias.description,
            "FunctionName": resource.properties["FunctionName"],
            "FunctionVersion": alias.function_version,
            "Name": alias.name,
        }

    def _alias(self, place: Place, resource: Resource) -> LambdaAlias | None:
        name, _, alias = resource.physical_id.rpartition(":")
        if _found(place, name) is None:
            return None
        try:
            return _backend(place).get_alias(alias, name)
        except UnknownAliasException:
            return None


class LambdaPermission:
    """A statement of a function's own policy.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
    """

    name = "AWS::Lambda::Permission"
    applied = frozenset(
        {
            "Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Add the statement."""
        function = _function(place, properties["FunctionName"])
        identifier = place.generated_name(100)
        statement = _statement(function, identifier, properties)
        function.policy.statements.append(statement)
        return _Made(identifier, {"Id": identifier}, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Nothing about a permission can change."""
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the statement away."""
        function = _found(place, properties["FunctionName"])
        if function is not None:
            statements = function.policy.statements
            statements[:] = [one for one in statements if one.get("Sid") != resource.physical_id]

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """What the statement says; in the template's words where it says the same."""
        assert isinstance(resource, _Made)
        made = resource.properties
        function = _found(place, made["FunctionName"])
        statements = function.policy.statements if function else ()
        statement = next((one for one in statements if one.get("Sid") == resource.physical_id), None)
        if function is None or statement is None:
            return None
        if statement == _statement(function, resource.physical_id, made):
            return made
        tests = statement.get("Condition", {})
        values = {name: tests.get(test, {}).get(key) for name, (test, key) in _TESTS.items()}
        same = statement["Principal"] == _principal(str(made["Principal"]))
        return {
            "Action": statement["Action"],
            "FunctionName": made["FunctionName"],
            "Principal": made["Principal"] if same else json.dumps(statement["Principal"]),
            **{name: value for name, value in values.items() if value is not None},
        }


def _settings(function: LambdaFunction) -> dict[str, Any]:
    """What makes one version differ from another."""
    return {name: value for name, value in function.get_configuration().items() if name not in _OF_ONE_VERSION}


def _principal(named: str) -> Any:
    """A service, an account, an ARN or everybody, as a policy writes it."""
    if named == "*":
        return "*"
    if named.endswith(".amazonaws.com"):
        return {"Service": named}
    return {"AWS": f"arn:aws:iam::{named}:root" if named.isdecimal() else named}


def _statement(function: LambdaFunction, identifier: str, properties: Properties) -> dict[str, Any]:
    conditions: dict[str, dict[str, Any]] = {}
    for name, (test, key) in _TESTS.items():
        if name in properties:
            value = properties[name]
            conditions.setdefault(test, {})[key] = str(value).lower() if isinstance(value, bool) else value
    statement = {
        "Sid": identifier,
        "Effect": "Allow",
        "Principal": _principal(str(properties["Principal"])),
        "Action": properties["Action"],
        "Resource": function.function_arn,
    }
    return {**statement, **({"Condition": conditions} if conditions else {})}


TYPES: Final[tuple[ResourceType, ...]] = (LambdaVersion(), LambdaAliasType(), LambdaPermission())
