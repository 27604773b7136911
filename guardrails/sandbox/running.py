"""What is known about a sandbox that runs: where it answers, and with which credentials. Imports nothing heavy."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

MANAGEMENT_ACCOUNT_ID: Final = "111111111111"
HOME_REGION: Final = "eu-west-1"
ACCESS_KEY_ID: Final = "AKIASANDBOXMANAGEMNT"
SECRET_ACCESS_KEY: Final = "sandbox-only-these-credentials-open-nothing"


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers at `endpoint`; the credentials are those of an administrator of the management account."""

    endpoint: str
    pid: int
    account_id: str = MANAGEMENT_ACCOUNT_ID
    access_key_id: str = ACCESS_KEY_ID
    secret_access_key: str = SECRET_ACCESS_KEY
    region: str = HOME_REGION
    seed: str = "bare"
    accounts: int = 0

    def to_json(self) -> str:
        """The content of `sandbox.json`."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_mapping(cls, fields: Mapping[str, object]) -> "Running":
        """Read back what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is not such a file.
        """
        return cls(
            endpoint=str(fields["endpoint"]),
            pid=int(str(fields["pid"])),
            account_id=str(fields["account_id"]),
            access_key_id=str(fields["access_key_id"]),
            secret_access_key=str(fields["secret_access_key"]),
            region=str(fields["region"]),
            seed=str(fields["seed"]),
            accounts=int(str(fields["accounts"])),
        )


def environment(running: Running) -> dict[str, str]:
    """The environment variables with which any AWS SDK or the AWS CLI speaks to the sandbox and to nothing else.

    The endpoint is an IP address, so S3 clients use path style by themselves. The shared AWS files are pointed at nothing,
    so that a profile cannot lead elsewhere. One thing no variable can do: S3 Control's endpoint rules put the account id
    before the host, and such a name does not resolve; a boto3 client must take it off again before signing (as
    `Embedded.client` does), and the AWS CLI cannot speak S3 Control to the sandbox.
    Source: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
    """
    return {
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_ACCESS_KEY_ID": running.access_key_id,
        "AWS_SECRET_ACCESS_KEY": running.secret_access_key,
        "AWS_SESSION_TOKEN": "",
        "AWS_REGION": running.region,
        "AWS_DEFAULT_REGION": running.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_MAX_ATTEMPTS": "3",
        "AWS_RETRY_MODE": "standard",
        "AWS_PAGER": "",
    }
