"""Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html"""

import json
from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
SETTING = "/ssm/documents/console/public-sharing-permission"
DOCUMENT = json.dumps({"schemaVersion": "2.2", "description": "x", "mainSteps": []})


def test_a_setting_is_changed_and_reset(sandbox: Embedded, refused: Refused) -> None:
    """A setting has its default until it is changed, in its region only; values and settings that do not exist are refused."""
    ssm = sandbox.client("ssm")
    shown = ssm.get_service_setting(SettingId=SETTING)["ServiceSetting"]
    assert (shown["SettingValue"], shown["Status"]) == ("Enable", "Default")
    ssm.update_service_setting(SettingId=shown["ARN"], SettingValue="Disable")
    shown = ssm.get_service_setting(SettingId=SETTING)["ServiceSetting"]
    assert (shown["SettingValue"], shown["Status"]) == ("Disable", "Customized")
    elsewhere = sandbox.client("ssm", "us-east-1").get_service_setting(SettingId=SETTING)["ServiceSetting"]
    assert elsewhere["SettingValue"] == "Enable"
    assert ssm.reset_service_setting(SettingId=SETTING)["ServiceSetting"]["SettingValue"] == "Enable"
    assert refused(ssm.update_service_setting, SettingId=SETTING, SettingValue="Perhaps") == "ValidationException"
    assert refused(ssm.get_service_setting, SettingId="/ssm/nothing") == "ServiceSettingNotFound"


def test_documents_are_not_shared_with_everybody(sandbox: Embedded, refused: Refused) -> None:
    """With the block a document can be shared with an account, and not with everybody.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """
    ssm = sandbox.client("ssm")
    ssm.create_document(Name="own", Content=DOCUMENT, DocumentType="Command", DocumentFormat="JSON")
    share = {"Name": "own", "PermissionType": "Share"}
    ssm.update_service_setting(SettingId=SETTING, SettingValue="Disable")
    code = refused(ssm.modify_document_permission, **share, AccountIdsToAdd=["all"])
    assert code == "InvalidPermissionType"
    ssm.modify_document_permission(**share, AccountIdsToAdd=["222222222222"])
    ssm.reset_service_setting(SettingId=SETTING)
    ssm.modify_document_permission(**share, AccountIdsToAdd=["all"])
