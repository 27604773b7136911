"""A template with settings of an account and region, for tests of what puts and probes them."""

from pathlib import Path
from typing import Any

from guardrails.library import Library

SOURCE = '''
"""The default key of EBS, encryption by default, and S3's account block in the home region."""

from dataclasses import dataclass

from troposphere import GetAtt, Ref, Sub, Template, kms

from guardrails.library.account_settings import Call, Setting, add_settings

BLOCKS = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)


@dataclass(frozen=True)
class Parameters:
    code: str
    home_region: str
    remove: bool = False


def template(p: Parameters) -> Template:
    t = Template("Settings")
    root = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
    allow = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    t.add_resource(kms.Key("Key", KeyPolicy=policy, EnableKeyRotation=True, **kept))
    here = {"AccountId": "${AWS::AccountId}"}
    settings = [
        Setting(
            name="EBS default key",
            put=Call("ec2", "modify_ebs_default_kms_key_id", {"KmsKeyId": "${Key.Arn}"}),
            probe=Call("ec2", "get_ebs_default_kms_key_id"),
            expected={"KmsKeyId": "${Key.Arn}"},
        ),
        Setting(
            name="EBS encryption by default",
            put=Call("ec2", "enable_ebs_encryption_by_default"),
            probe=Call("ec2", "get_ebs_encryption_by_default"),
            expected={"EbsEncryptionByDefault": True},
            remove=Call("ec2", "disable_ebs_encryption_by_default") if p.remove else None,
        ),
        Setting(
            name="S3 public access block",
            put=Call("s3control", "put_public_access_block", {**here, "PublicAccessBlockConfiguration": BLOCKS}),
            probe=Call("s3control", "get_public_access_block", here),
            expected={"PublicAccessBlockConfiguration": BLOCKS},
            absent=("NoSuchPublicAccessBlockConfiguration",),
            home_region_only=True,
        ),
    ]
    add_settings(t, settings, prefix="acme", purpose="test", home_region=p.home_region, code=p.code)
    return t
'''


def settings_template(repository: Path, folder: Path, home_region: str, *, remove: bool = False) -> dict[str, Any]:
    """The template, with the function that ships; `remove` has it take encryption by default back."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "settings.py").write_text(SOURCE, encoding="utf-8")
    code = (repository / "templates" / "functions" / "account_settings.py").read_text(encoding="utf-8")
    return Library(folder).template("settings", code=code, home_region=home_region, remove=remove)
