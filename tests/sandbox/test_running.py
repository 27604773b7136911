"""The variables that point any AWS tool at the sandbox."""

import json
import os
import subprocess
import sys

from guardrails.sandbox import Running, environment
from guardrails.sandbox.embedded import Embedded

ASK = """
import boto3, json
s3 = boto3.client("s3")
s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
s3.put_object(Bucket="some-bucket", Key="k", Body=b"1")
print(json.dumps([boto3.client("sts").get_caller_identity()["Account"], s3.list_buckets()["Buckets"][0]["Name"]]))
"""


def test_a_plain_boto3_speaks_to_the_sandbox(sandbox: Embedded) -> None:
    """A process that has nothing but these variables reaches the management account, S3 included."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables = {**plain, **sandbox.environment}
    asked = subprocess.run([sys.executable, "-c", ASK], env=variables, capture_output=True, text=True, check=True)
    assert json.loads(asked.stdout) == ["111111111111", "some-bucket"]


def test_the_state_is_read_back_as_it_was_written() -> None:
    """A `Running` survives its file."""
    running = Running("http://127.0.0.1:1", 2, seed="no-identity-center")
    assert Running.from_mapping(json.loads(running.to_json())) == running
    assert environment(running)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
