"""The identity store of the instance, and how it refuses.

Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/welcome.html
"""

from typing import Final

from moto.identitystore.models import IdentityStoreData, identitystore_backends

from guardrails.sandbox.identity_center import instances
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

PAGE_SIZE: Final = 100


def store_of(call: Call) -> IdentityStoreData:
    """The identity store that the call names, when the caller's instance has it.

    Raises:
        Refusal: ResourceNotFoundException; moto makes a store for any name.
    """
    home = instances.home(call)
    named = str(call.parameters["IdentityStoreId"]).rpartition("/")[2]
    if home is None or all(each.identity_store_id != named for each in home.instances):
        raise not_found("IDENTITY_STORE")
    return identitystore_backends[home.account_id][call.region].identity_stores[named]


def conflict(message: str) -> Refusal:
    """ConflictException: something unique exists already."""
    return Refusal("ConflictException", message, Reason="UNIQUENESS_CONSTRAINT_VIOLATION")


def not_found(kind: str) -> Refusal:
    """ResourceNotFoundException of a GROUP, USER, …."""
    return Refusal("ResourceNotFoundException", f"{kind} not found.", ResourceType=kind)
