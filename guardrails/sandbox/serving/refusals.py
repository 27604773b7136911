"""How the sandbox says no: an AWS error, written the way the service's protocol writes errors.

Source: https://smithy.io/2.0/aws/protocols/index.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from moto.core.exceptions import ServiceException

CBOR: Final = "application/cbor"
XML_REST_SERVICES: Final = frozenset({"s3", "s3control", "s3-control", "route53", "cloudfront"})


class Refusal(ServiceException):
    """An operation refused with an AWS error code, in the words of AWS; `details` are further members of the error (such as `Reason`).

    Raised by the sandbox's own operations and, since it is one of moto's exceptions, understood inside moto's as well.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, **details: str) -> None:
        super().__init__(code, message)
        self.status = status
        self.details: Mapping[str, str] = details


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer: status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def not_implemented(service: str, operation: str) -> Refusal:
    """The refusal of an operation, or of a whole service, that the sandbox does not have. HTTP 400: no client retries it."""
    what = f"{service}:{operation}" if operation else service
    return Refusal("NotImplemented", f"The sandbox does not implement {what}.")


def reply(refusal: Refusal, *, service: str, target: str, content_type: str) -> Reply:
    """Write a refusal in the protocol that the request was made in, told by its target header, content type and service."""
    if service == "ec2":
        return _xml(refusal, "<Response><Errors><Error>{}</Error></Errors><RequestID>{}</RequestID></Response>")
    if service in XML_REST_SERVICES:
        root = "<Error>{}<RequestId>{}</RequestId></Error>" if service == "s3" else None
        return _xml(refusal, root or "<ErrorResponse><Error>{}</Error><RequestId>{}</RequestId></ErrorResponse>")
    if not target and content_type.startswith("application/x-www-form-urlencoded"):
        return _xml(refusal, "<ErrorResponse><Error>{}</Error><RequestId>{}</RequestId></ErrorResponse>")
    body = {"__type": refusal.code, "message": refusal.message, "Message": refusal.message, **refusal.details}
    if content_type == CBOR:
        headers = {"Content-Type": CBOR, "Smithy-Protocol": "rpc-v2-cbor"}
        return Reply(refusal.status, headers, _cbor(body))
    headers = {"Content-Type": "application/json", "X-Amzn-ErrorType": refusal.code}
    return Reply(refusal.status, headers, json.dumps(body).encode())


def _xml(refusal: Refusal, frame: str) -> Reply:
    error = f"<Type>Sender</Type><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
    body = frame.format(error, "00000000-0000-0000-0000-000000000000")
    return Reply(refusal.status, {"Content-Type": "text/xml"}, body.encode())


def _cbor(texts: Mapping[str, str]) -> bytes:
    """Texts by their names, in CBOR.

    Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
    """
    pairs = b"".join(_cbor_text(name) + _cbor_text(text) for name, text in texts.items())
    return bytes([0xA0 | len(texts)]) + pairs


def _cbor_text(text: str) -> bytes:
    """A text of less than 64 KiB: its length in two bytes, then itself."""
    encoded = text.encode()
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded
