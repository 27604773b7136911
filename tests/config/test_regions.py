import json
from pathlib import Path

import botocore

from guardrails.config.regions import REGIONS


def test_same_as_the_sdk() -> None:
    """The regions are those that the AWS SDK knows, isolated partitions aside."""
    partitions = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]
    known = {region for part in partitions if not part["id"].startswith("aws-iso") for region in part["regions"]}
    assert {region for region in known if not region.endswith("-global")} == REGIONS
