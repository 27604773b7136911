"""AWS::Lambda::Function: code that the sandbox can really run."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
)
from guardrails.sandbox.functions import deployment_packages, execution_roles, invocations

LONGEST_TIMEOUT: Final = 900
LARGEST_ENVIRONMENT: Final = 4_096
UNRESERVED: Final = 900
"""What may be reserved of an account's 1,000 concurrent executions in a region: 100 stay for everybody."""
DEFAULT_TIMEOUT: Final = 3
DEFAULT_MEMORY: Final = 128
DEFAULT_STORAGE: Final = 512
_IMAGE: Final = ("ImageUri", "SourceKMSKeyArn", "S3ObjectStorageMode")
_RESERVED: Final = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)


def backend(place: Place) -> LambdaBackend:
    """Moto's Lambda of an account and region."""
    return lambda_backends[place.account][place.region]


class LambdaFunctionType:
    """A function of inline Python code, or of a zip file in the sandbox's own S3.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """

    name = "AWS::Lambda::Function"
    applied = frozenset(
        {
            "Architectures",
            "Code",
            "Description",
            "Environment",
            "EphemeralStorage",
            "FunctionName",
            "Handler",
            "KmsKeyArn",
            "MemorySize",
            "PackageType",
            "ReservedConcurrentExecutions",
            "Role",
            "Runtime",
            "Tags",
            "Timeout",
            "TracingConfig",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the function, when its role can be assumed and its code run."""
        name = properties.get("FunctionName") or place.generated_name(64)
        if name in backend(place)._lambdas._functions:
            raise ResourceFailed(f"Resource of type '{self.name}' with identifier '{name}' already exists.")
        package = _checked(place, name, properties)
        function = backend(place).create_function(
            {
                "FunctionName": name,
                "Role": properties["Role"],
                "Runtime": properties["Runtime"],
                "Handler": properties["Handler"],
                "Code": {"ZipFile": base64.b64encode(package).decode()},
            }
        )
        return self._apply(place, function, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Change code and configuration."""
        function = backend(place).get_function(resource.physical_id)
        package = _checked(place, function.function_name, properties)
        function.update_function_code({"ZipFile": base64.b64encode(package).decode()})
        return self._apply(place, function, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the function with its versions and aliases."""
        if resource.physical_id in backend(place)._lambdas._functions:
            backend(place).delete_function(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The function's configuration; its code cannot be read back."""
        if resource.physical_id not in backend(place)._lambdas._functions:
            return None
        function = backend(place).get_function(resource.physical_id)
        optional = {
            "Environment": {"Variables": dict(function.environment_vars)} if function.environment_vars else None,
            "KmsKeyArn": function.kms_key_arn,
            "ReservedConcurrentExecutions": function.reserved_concurrency,
        }
        return {
            "Architectures": function.architectures,
            "Code": {},
            "Description": function.description,
            "EphemeralStorage": {"Size": function.ephemeral_storage},
            "FunctionName": function.function_name,
            "Handler": function.handler,
            "MemorySize": function.memory_size,
            "PackageType": function.package_type,
            "Role": function.role,
            "Runtime": function.run_time,
            "Tags": own_tags(function.tags),
            "Timeout": function.timeout,
            "TracingConfig": function.tracing_config,
            **{name: value for name, value in optional.items() if value is not None},
        }

    def _apply(self, place: Place, function: LambdaFunction, properties: Properties) -> Resource:
        function.role, function.run_time, function.handler = (
            properties[name] for name in ("Role", "Runtime", "Handler")
        )
        function.description = properties.get("Description", "")
        function.environment_vars = _variables(properties)
        function.timeout = properties.get("Timeout", DEFAULT_TIMEOUT)
        function.memory_size = properties.get("MemorySize", DEFAULT_MEMORY)
        function.ephemeral_storage = properties.get("EphemeralStorage", {}).get("Size", DEFAULT_STORAGE)
        function.architectures = properties.get("Architectures", ["x86_64"])
        function.kms_key_arn = properties.get("KmsKeyArn")
        function.tracing_config = properties.get("TracingConfig") or {"Mode": "PassThrough"}
        function.reserved_concurrency = properties.get("ReservedConcurrentExecutions")
        function.tags = place.all_tags(properties.get("Tags"))
        function.last_modified = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000+0000}"
        function.code_or_config_updated = True
        return Resource(function.function_name, {"Arn": function.function_arn})


def _checked(place: Place, name: str, properties: Properties) -> bytes:
    """The function's package, when everything about the function is as Lambda wants it."""
    if properties.get("PackageType", "Zip") == "Zip" and not (properties.get("Runtime") and properties.get("Handler")):
        raise ResourceFailed(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    invocations.check_runnable(properties.get("PackageType", "Zip"), str(properties.get("Runtime")), layers=False)
    if properties.get("Timeout", DEFAULT_TIMEOUT) > LONGEST_TIMEOUT:
        raise ResourceFailed(
            f"1 validation error detected: Value '{properties['Timeout']}' at 'timeout' failed to satisfy constraint: "
            f"Member must have value less than or equal to {LONGEST_TIMEOUT}"
        )
    _check_environment(_variables(properties))
    _check_concurrency(place, name, properties.get("ReservedConcurrentExecutions", 0))
    execution_roles.assumable(properties["Role"])
    return _package(place, properties["Code"])


def _variables(properties: Properties) -> dict[str, str]:
    variables = properties.get("Environment", {}).get("Variables", {})
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in variables.items()}


def _check_environment(variables: Mapping[str, str]) -> None:
    """Refuse reserved names, and more than 4 KB.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    unable = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided"
    )
    reserved = sorted(_RESERVED & set(variables))
    if reserved:
        raise ResourceFailed(
            f"{unable} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    if sum(len(name.encode()) + len(value.encode()) for name, value in variables.items()) > LARGEST_ENVIRONMENT:
        raise ResourceFailed(f"{unable} exceeded the 4KB limit.")


def _check_concurrency(place: Place, name: str, wanted: int) -> None:
    """Refuse what would leave too little to the functions without a reservation.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    others = (one for one in backend(place).list_functions() if one.function_name != name)
    if wanted + sum(one.reserved_concurrency or 0 for one in others) > UNRESERVED:
        raise ResourceFailed(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
            "minimum value of [100]."
        )


def _package(place: Place, code: Mapping[str, Any]) -> bytes:
    for name in _IMAGE:
        if name in code:
            raise ResourceFailed(f"The sandbox does not implement the property Code.{name} of AWS::Lambda::Function")
    if "ZipFile" in code:
        return deployment_packages.zipped(code["ZipFile"])
    if "S3Bucket" not in code or "S3Key" not in code:
        raise ResourceFailed("Please provide a source for function code.")
    package = _object(place, code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion"))
    deployment_packages.check(package)
    return package


def _object(place: Place, bucket: str, key: str, version: str | None) -> bytes:
    """An object of the sandbox's S3; the bucket must be in the function's region."""
    s3 = s3_backends[place.account][place.partition]
    try:
        region = s3.get_bucket(bucket).region_name
        found = s3.get_object(bucket, key, version)
    except MissingBucket as missing:
        raise _s3_error("NoSuchBucket", "The specified bucket does not exist") from missing
    if region != place.region:
        raise _s3_error(
            "PermanentRedirect", f"The bucket is in this region: {region}. Please use this region to retry the request"
        )
    if found is None:
        raise _s3_error("NoSuchKey", "The specified key does not exist.")
    content: bytes = found.value
    return content


def _s3_error(code: str, message: str) -> ResourceFailed:
    return ResourceFailed(f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}")


TYPES: Final[tuple[ResourceType, ...]] = (LambdaFunctionType(),)
