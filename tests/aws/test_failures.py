"""botocore's exceptions, said in ours."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from guardrails.aws.failures import ACCESS_DENIED, UNKNOWN_CREDENTIALS, said_in_our_words
from guardrails.errors import AwsAccessDenied, AwsError, RegionDisabled


def said(error: Exception, region: str = "eu-west-1") -> AwsError:
    with pytest.raises(AwsError) as raised, said_in_our_words("s3:list_buckets", "prod", region):
        raise error
    assert raised.value.__cause__ is error
    return raised.value


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "words"}}, "ListBuckets")


@pytest.mark.parametrize("code", sorted(ACCESS_DENIED))
def test_every_way_to_say_denied(code: str) -> None:
    """Whatever a service calls it, a missing permission is AwsAccessDenied."""
    assert isinstance(said(refusal(code)), AwsAccessDenied)


@pytest.mark.parametrize("code", ["ThrottlingException", "NoSuchBucket", "ConstraintViolationException"])
def test_every_other_refusal(code: str) -> None:
    """Any other code is an AwsError with operation, place, code and AWS's words, and no access denied."""
    error = said(refusal(code))
    assert not isinstance(error, AwsAccessDenied)
    assert (error.code, error.message, error.account, error.region) == (code, "words", "prod", "eu-west-1")
    assert str(error) == f"s3:list_buckets in prod/eu-west-1: {code}: words"
    assert error.exit_code == 4


@pytest.mark.parametrize("code", sorted(UNKNOWN_CREDENTIALS))
def test_unknown_credentials(code: str) -> None:
    """Credentials that are unknown mean that the region is not enabled, where regions must be; elsewhere just what they say."""
    assert type(said(refusal(code), "eu-south-1")) is RegionDisabled
    assert type(said(refusal(code))) is AwsError


def test_a_refusal_without_details() -> None:
    """An answer without an error in it is still an AwsError."""
    assert said(ClientError({}, "ListBuckets")).code == "Unknown"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoCredentialsError(), "no AWS credentials were found"),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "AWS_SECRET_ACCESS_KEY"),
        (ProfileNotFound(profile="nobody"), "nobody"),
        (EndpointConnectionError(endpoint_url="https://x"), "https://x"),
    ],
)
def test_what_never_reached_aws(error: Exception, words: str) -> None:
    """Missing credentials, profiles and connections are AwsErrors named after what was missing."""
    found = said(error)
    assert found.code == type(error).__name__
    assert words in str(found)


def test_other_exceptions_pass() -> None:
    """What is not botocore's is left alone."""
    with pytest.raises(ZeroDivisionError), said_in_our_words("s3:list_buckets", "", ""):
        raise ZeroDivisionError
