"""IAM Identity Center: one organization instance, in the home region of the management account, and nowhere else.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/welcome.html
"""

from datetime import UTC, datetime
from typing import Final

from moto.identitystore.models import IdentityStoreData, identitystore_backends
from moto.ssoadmin.models import AccountAssignment, Instance, PermissionSet, SSOAdminBackend, ssoadmin_backends

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

PRINCIPAL: Final = "sso.amazonaws.com"

_HOME: Final[dict[str, str]] = lifecycle.forgotten_on_reset({})


def enable(account_id: str, region: str) -> None:
    """Enable the organization instance, as a person does in the console: no API does."""
    made = Instance(account_id, region)
    ssoadmin_backends[account_id][region].instances.append(made)
    identitystore_backends[account_id][region].identity_stores[made.identity_store_id] = IdentityStoreData()
    _HOME["region"] = region


def home(call: Call) -> SSOAdminBackend | None:
    """The store of the instance that the caller sees from the region: the organization's, for its administrators; or None."""
    region = _HOME.get("region")
    allowed = call.account_id == MANAGEMENT_ACCOUNT_ID or call.account_id in organization.delegated_administrators(
        PRINCIPAL
    )
    return ssoadmin_backends[MANAGEMENT_ACCOUNT_ID][region] if region == call.region and allowed else None


def instance(call: Call, arn: str | None = None) -> SSOAdminBackend:
    """The store of the instance that the call names (or of the ARN given).

    Raises:
        Refusal: AccessDeniedException, when the caller has no such instance; AWS does not tell whether it
        exists elsewhere.
    """
    store, wanted = home(call), arn or call.parameters["InstanceArn"]
    if store is None or all(each.instance_arn != wanted for each in store.instances):
        raise Refusal(
            "AccessDeniedException", f"User: {call.caller.arn} is not authorized to perform: sso:{call.operation}"
        )
    return store


def permission_set(call: Call) -> PermissionSet:
    """The permission set that the call names.

    Raises:
        Refusal: ResourceNotFoundException.
    """
    return find_permission_set(instance(call), call.parameters["PermissionSetArn"])


def changeable_permission_set(call: Call) -> PermissionSet:
    """The permission set that the call is to change: one in use in the management account is changed from there only.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html
    Raises:
        Refusal: ResourceNotFoundException, AccessDeniedException.
    """
    found = permission_set(call)
    in_use = {each.target_id for each in instance(call).account_assignments if _is_of(each, found)}
    if call.account_id != MANAGEMENT_ACCOUNT_ID and MANAGEMENT_ACCOUNT_ID in in_use:
        message = "A permission set that is provisioned in the management account is managed from there only."
        raise Refusal("AccessDeniedException", message)
    return found


def _is_of(assignment: AccountAssignment, found: PermissionSet) -> bool:
    return bool(assignment.permission_set_arn == found.permission_set_arn)


def find_permission_set(store: SSOAdminBackend, arn: str) -> PermissionSet:
    """A permission set of an instance.

    Raises:
        Refusal: ResourceNotFoundException.
    """
    found = next((each for each in store.permission_sets if each.permission_set_arn == arn), None)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Could not find PermissionSet with id {arn.rpartition('/')[2]}")
    return found


@operation("sso-admin", "CreateInstance")
def create_instance(call: Call) -> Answer:
    """Refused: in the management account a person enables the organization instance; member instances are not in the sandbox.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateInstance.html
    """
    if call.account_id == MANAGEMENT_ACCOUNT_ID:
        raise Refusal("ValidationException", "An instance cannot be created in the management account by this API.")
    raise Refusal("AccessDeniedException", "Account instances are not enabled in this organization.")


@operation("sso-admin", "ListInstances")
def list_instances(call: Call) -> Answer:
    """The instance, seen in its home region only."""
    store = home(call)
    return {"Instances": [_described(each) for each in (store.instances if store else [])]}


@operation("sso-admin", "DescribeInstance")
def describe_instance(call: Call) -> Answer:
    """Describe the instance, which is encrypted with a key that AWS owns.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DescribeInstance.html
    """
    found = instance(call).instances[0]
    return {
        **_described(found),
        "PrimaryRegion": call.region,
        "EncryptionConfigurationDetails": {"KeyType": "AWS_OWNED_KMS_KEY", "EncryptionStatus": "ENABLED"},
        "PermissionSetsEnabled": True,
    }


@operation("sso-admin", "UpdateInstance")
def update_instance(call: Call) -> Answer:
    """Name the instance; its encryption and network are not in the sandbox.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_UpdateInstance.html
    """
    store = instance(call)
    beyond = sorted(call.parameters.keys() - {"InstanceArn", "Name"})
    if beyond:
        raise not_implemented("sso-admin", f"UpdateInstance with {', '.join(beyond)}")
    store.instances[0].name = call.parameters.get("Name", store.instances[0].name)
    return {}


def _described(found: Instance) -> Answer:
    shown = {
        "InstanceArn": found.instance_arn,
        "IdentityStoreId": found.identity_store_id,
        "OwnerAccountId": found.account_id,
        "Name": found.name,
        "CreatedDate": datetime.fromtimestamp(found.created_date, UTC),
        "Status": found.status,
    }
    return {name: value for name, value in shown.items() if value}


def invalid(message: str) -> Refusal:
    """ValidationException."""
    return Refusal("ValidationException", message)


PAGING: Final = Paging(invalid)


def install() -> None:
    """No account has an instance by itself."""
    moto_init = SSOAdminBackend.__init__

    def without_instance(self: SSOAdminBackend, region_name: str, account_id: str) -> None:
        moto_init(self, region_name, account_id)
        self.instances.clear()

    SSOAdminBackend.__init__ = without_instance  # type: ignore[method-assign]
