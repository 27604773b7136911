import json
from pathlib import Path

import botocore

from guardrails.config.regions import OPT_IN_REGIONS, OTHER_PARTITIONS, REGIONS
from guardrails.sandbox.serving.regions import ON_BY_DEFAULT


def test_same_as_the_sdk() -> None:
    """The regions are those that the AWS SDK knows, isolated partitions aside."""
    partitions = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]
    known = {region for part in partitions if not part["id"].startswith("aws-iso") for region in part["regions"]}
    assert {region for region in known if not region.endswith("-global")} == REGIONS


def test_every_region_is_on_or_must_be_enabled() -> None:
    """Of the regions of the one partition those must be enabled that the sandbox, too, does not have on by default."""
    assert OPT_IN_REGIONS | set(ON_BY_DEFAULT) | OTHER_PARTITIONS == REGIONS
    assert not OPT_IN_REGIONS & set(ON_BY_DEFAULT)
    assert {"af-south-1", "ap-east-1", "eu-central-2", "me-south-1"} <= OPT_IN_REGIONS
