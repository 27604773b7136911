"""Functions made and invoked through plain boto3."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Invoke = Callable[..., dict[str, Any]]


def packed(**files: str) -> bytes:
    """A deployment package; `index` becomes index.py."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, source in files.items():
            archive.writestr(f"{name}.py", source)
    return package.getvalue()


@pytest.fixture
def role(sandbox: Embedded) -> str:
    """An execution role of the management account."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = sandbox.client("iam").create_role(RoleName="runs", AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


@pytest.fixture
def invoke(sandbox: Embedded, role: str) -> Invoke:
    """Makes the function `one` of this source, invokes it with this event, and answers what came back."""
    client = sandbox.client("lambda")

    def run(
        source: str, event: Any = None, invocation: dict[str, Any] | None = None, **settings: Any
    ) -> dict[str, Any]:
        function = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role, **settings}
        client.create_function(FunctionName="one", Code={"ZipFile": packed(index=source)}, **function)
        answer: dict[str, Any] = client.invoke(FunctionName="one", Payload=json.dumps(event), **(invocation or {}))
        text = answer["Payload"].read()
        return {**answer, "Payload": json.loads(text) if text else None}

    return run
