"""botocore's exceptions, said in ours: a ClientError never leaves `guardrails.aws`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from guardrails.config.regions import OPT_IN_REGIONS
from guardrails.errors import AwsAccessDenied, AwsError, RegionDisabled

ACCESS_DENIED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedForDependencyException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "UnauthorizedOperation",
        "UnauthorizedAccess",
    }
)
UNKNOWN_CREDENTIALS: Final = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RegionDisabledException",
        "UnrecognizedClientException",
    }
)
"""How services say that they do not know the credentials, which in an opt-in region means: the account has not enabled it.

Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""
NO_CREDENTIALS: Final = (
    "no AWS credentials were found: sign in (aws sso login), set AWS_PROFILE, or try --sandbox, which needs none"
)


@contextmanager
def said_in_our_words(operation: str, account: str, region: str) -> Iterator[None]:
    """Turn whatever botocore raises inside the block into an `AwsError` that names the operation and the place.

    Raises: AwsAccessDenied, RegionDisabled, AwsError.
    """
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        code, message = details.get("Code", "Unknown"), details.get("Message", str(error))
        raise _kind(code, region)(operation, code, message, account=account, region=region) from error
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as error:
        message = NO_CREDENTIALS if isinstance(error, NoCredentialsError) else str(error)
        raise AwsError(operation, type(error).__name__, message, account=account, region=region) from error
    except BotoCoreError as error:
        raise AwsError(operation, type(error).__name__, str(error), account=account, region=region) from error


def _kind(code: str, region: str) -> type[AwsError]:
    if code in ACCESS_DENIED:
        return AwsAccessDenied
    return RegionDisabled if code in UNKNOWN_CREDENTIALS and region in OPT_IN_REGIONS else AwsError
