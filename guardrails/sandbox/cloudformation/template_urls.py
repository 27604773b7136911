"""Templates and lists that a request points to by URL: objects of the sandbox's own S3. No URL leads anywhere else.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from guardrails.sandbox.cloudformation import templates
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.refusals import Refusal

MAXIMUM_BYTES: Final = 1_000_000
"""Of a template in S3 (1 MB)."""

_PATH_STYLE: Final = re.compile(r"s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com")
_VIRTUAL_HOST: Final = re.compile(rf"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.{_PATH_STYLE.pattern}")


def template_body(asked: Mapping[str, Any], account_id: str) -> str:
    """The text of a request's template: `TemplateBody`, or the object that `TemplateURL` points to, within its size.

    Raises:
        Refusal: both are given or none, the text is too long, or the URL leads to no object.
    """
    body, url = asked.get("TemplateBody"), asked.get("TemplateURL")
    if bool(body) == bool(url):
        problem = (
            "Only one of Template URL or Template Body may" if url else "Either Template URL or Template Body must"
        )
        raise _invalid(f"{problem} be specified.")
    if not url:
        templates.check_size(str(body))
        return str(body)
    if str(url).startswith("ssm-doc:"):
        raise _invalid("The sandbox does not implement templates in Systems Manager documents.")
    if not str(url).startswith("https://"):
        raise _not_supported("TemplateURL")
    text = read(str(url), account_id, "TemplateURL")
    if len(text) > MAXIMUM_BYTES:
        raise _invalid(f"Template may not exceed {MAXIMUM_BYTES} bytes in size.")
    return text.decode()


def read(url: str, account_id: str, member: str) -> bytes:
    """The content of the S3 object that a URL of the request's `member` points to: either style of address, or s3://.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    Raises:
        Refusal: it is no address of S3, or there is no such object.
    """
    bucket, key, version = _address(url, member)
    try:
        found = s3_backends[account_id][PARTITION].get_object(bucket, key, version)
    except MissingBucket as missing:
        raise _s3_error("The specified bucket does not exist") from missing
    if found is None:
        raise _s3_error("The specified key does not exist.")
    content: bytes = found.value
    return content


def _address(url: str, member: str) -> tuple[str, str, str | None]:
    """Bucket, key and version."""
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix("/")
    version = parse_qs(parts.query).get("versionId", [None])[0]
    host = parts.hostname or ""
    if parts.scheme == "s3":
        return host, path, version
    virtual = _VIRTUAL_HOST.fullmatch(host)
    if _PATH_STYLE.fullmatch(host):
        bucket, _, key = path.partition("/")
        return bucket, key, version
    if virtual:
        return virtual["bucket"], path, version
    raise _not_supported(member)


def _not_supported(member: str) -> Refusal:
    return _invalid(f"{member} must be a supported URL.")


def _s3_error(message: str) -> Refusal:
    more = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
    return _invalid(f"S3 error: {message}\n{more}")


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)
