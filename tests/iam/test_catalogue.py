"""https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html."""

import subprocess
import sys
from datetime import date
from itertools import chain

import pytest

from guardrails.iam.catalogue import SNAPSHOT, Catalogue, catalogue
from guardrails.iam.global_condition_keys import global_condition_keys
from guardrails.iam.grammar import MULTIVALUED_KEYS
from guardrails.iam.resource_control_services import RESOURCE_CONTROL_SERVICES

SMALL = Catalogue(
    "# where it is from\ndate 2020-02-02\nnothing\ns3\n  String s3:authType\n  ArrayOfARN s3:Points\n : List\n 0 1: Get Put\n"
)


def test_the_snapshot_has_a_date_and_a_licence() -> None:
    """The snapshot says of which day it is, and under which licence its source may be passed on."""
    assert date.fromisoformat(catalogue().date) >= date(2026, 1, 1)
    assert "MIT License" in SNAPSHOT.read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("s3:getobject", "s3:GetObject"),
        ("CloudTrail:STOPLOGGING", "cloudtrail:StopLogging"),
        ("s3:GetObjekt", None),
        ("s4:GetObject", None),
        ("s3", None),
    ],
)
def test_actions_are_found_without_regard_to_case(written: str, spelled: str | None) -> None:
    """An action is found however it is spelled, and told as AWS spells it; one that is not in the snapshot is not."""
    assert catalogue().action(written) == spelled


def test_patterns_match_actions() -> None:
    """A pattern gives the actions of the service that it matches, `?` for one character; without wildcards, only itself."""
    s3 = catalogue().service("S3")
    assert s3 is not None
    assert {"GetBucketPolicy", "GetAccessPointPolicy"} <= set(s3.matching("get*policy"))
    assert s3.matching("GetObjec?") == ("GetObject",)
    assert (s3.matching("GetObject"), s3.matching("Get"), s3.matching("Nothing*")) == (("GetObject",), (), ())


@pytest.mark.parametrize(
    ("written", "name", "types", "multivalued"),
    [
        ("aws:PRINCIPALARN", "aws:PrincipalArn", ("ARN",), False),
        ("aws:ResourceTag/Team", "aws:ResourceTag/${TagKey}", ("String",), False),
        ("aws:EpochTime", "aws:EpochTime", ("Date", "Numeric"), False),
        ("s3:ExistingObjectTag/a/b", "s3:ExistingObjectTag/<key>", ("String",), False),
        ("kms:EncryptionContext:aws:s3:arn", "kms:EncryptionContext:${EncryptionContextKey}", ("String",), False),
        ("dynamodb:LeadingKeys", "dynamodb:LeadingKeys", ("String",), True),
        ("aws:ResourceTags/Team", None, (), False),
        ("saml:aud", None, (), False),
    ],
)
def test_condition_keys(written: str, name: str | None, types: tuple[str, ...], multivalued: bool) -> None:
    """A condition key is found in every spelling, a tag's by its beginning; it tells its types, and whether it holds several values."""
    found = catalogue().condition_key(written)
    assert (found.name if found else None) == name
    assert found is None or (found.types, found.multivalued) == (types, multivalued)


def test_keys_that_a_service_borrows() -> None:
    """A key that is not named after its service is known once the service is: those of SAML and OpenID providers, of `sts`."""
    assert catalogue().condition_key("token.actions.githubusercontent.com:ref", ["sts"])
    assert catalogue().condition_key("saml:aud", ["STS", "nothing"])


def test_what_an_action_knows() -> None:
    """An action has the condition keys of its own line, in the service's order; the nearest names are those one slip away."""
    s3 = SMALL.service("s3")
    assert s3 is not None
    assert [key.name for key in s3.keys_of_action["put"]] == ["s3:authType", "s3:Points"]
    assert s3.keys_of_action["list"] == ()
    assert (s3.nearest("Lists"), s3.nearest("Delete"), s3.keys.nearest("s3:authTypes")) == ("List", "", "s3:authType")
    assert (SMALL.date, SMALL.services, SMALL.service("ec2")) == ("2020-02-02", ("nothing", "s3"), None)
    assert SMALL.nearest_condition_key("s3:authTypes") == "s3:authType"
    assert SMALL.nearest_condition_key("aws:SourceIpp") == "aws:SourceIp"
    assert SMALL.nearest_condition_key("x:unlike") == ""
    assert (SMALL.nearest_service("nothin"), SMALL.nearest_service("ec2")) == ("nothing", "")


def test_resource_types_lend_their_keys() -> None:
    """The condition keys of a resource type are those of the actions on it too."""
    cloudtrail = catalogue().service("cloudtrail")
    assert cloudtrail is not None
    assert "aws:ResourceTag/${TagKey}" in {key.name for key in cloudtrail.keys_of_action["stoplogging"]}


def test_what_else_knows_services_and_keys_agrees() -> None:
    """Every service that resource control policies restrict is in the catalogue, and the keys with several values are the same."""
    known = catalogue()
    assert set(known.services) >= RESOURCE_CONTROL_SERVICES
    kms = known.service("kms")
    assert kms is not None
    several = {key.name.casefold() for key in chain(global_condition_keys(), kms.keys.all) if key.multivalued}
    assert several >= MULTIVALUED_KEYS


def test_the_snapshot_is_read_only_when_asked_for() -> None:
    """Importing the library reads no snapshot."""
    code = "import sys, guardrails.iam, guardrails.iam.evaluate; sys.exit('guardrails.iam.catalogue' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
