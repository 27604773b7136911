"""AWS::KMS::Key and AWS::KMS::Alias."""

import json
from collections.abc import Mapping
from typing import Any, Final

from moto.kms.models import Key, KmsBackend, kms_backends

from guardrails.sandbox.account_services import kms
from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
    tag_list,
)

DEFAULT_PENDING_WINDOW: Final = 30


def _backend(place: Place) -> KmsBackend:
    return kms_backends[place.account][place.region]


class KmsKey:
    """A customer managed key. Deleting it schedules its deletion, as AWS does.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
    """

    name = "AWS::KMS::Key"
    applied = frozenset(
        {
            "Description",
            "EnableKeyRotation",
            "Enabled",
            "KeyPolicy",
            "KeySpec",
            "KeyUsage",
            "MultiRegion",
            "PendingWindowInDays",
            "RotationPeriodInDays",
            "Tags",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the key, then apply its settings."""
        spec = (properties.get("KeySpec", "SYMMETRIC_DEFAULT"), properties.get("KeyUsage", "ENCRYPT_DECRYPT"))
        if spec != ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"):
            raise ResourceFailed("The sandbox implements AWS::KMS::Key for symmetric encryption only")
        policy = _policy(place, properties)
        key = _backend(place).create_key(policy, spec[1], spec[0], "", None, properties.get("MultiRegion", False))
        return self._apply(place, key, properties, policy)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings; what makes a key the key it is cannot change."""
        key = _key(place, resource.physical_id)
        if properties.get("MultiRegion", False) != key.multi_region:
            raise ResourceFailed("You cannot change the following properties of an existing KMS key: MultiRegion")
        return self._apply(place, key, properties, _policy(place, properties))

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Schedule the key's deletion."""
        backend = _backend(place)
        key = backend.keys.get(resource.physical_id)
        if key is not None and key.key_state != "PendingDeletion":
            backend.schedule_key_deletion(key.id, int(properties.get("PendingWindowInDays", DEFAULT_PENDING_WINDOW)))

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The key's settings; a key that waits for its deletion is gone. Pending window and rotation period are write-only."""
        backend = _backend(place)
        key = backend.keys.get(resource.physical_id)
        if key is None or key.key_state == "PendingDeletion":
            return None
        return {
            "Description": key.description,
            "EnableKeyRotation": key.key_rotation_status,
            "Enabled": key.enabled,
            "KeyPolicy": json.loads(key.policy),
            "KeySpec": key.key_spec,
            "KeyUsage": key.key_usage,
            "MultiRegion": key.multi_region,
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(key.id)),
        }

    def _apply(self, place: Place, key: Key, properties: Properties, policy: str | None) -> Resource:
        backend = _backend(place)
        key.description = properties.get("Description", "")
        key.policy = policy or key.generate_default_policy()
        (backend.enable_key if properties.get("Enabled", True) else backend.disable_key)(key.id)
        if properties.get("EnableKeyRotation", False):
            kms.enable_rotation(backend, key.id, properties.get("RotationPeriodInDays", kms.DEFAULT_ROTATION_PERIOD))
        else:
            backend.disable_key_rotation(key.id)
        backend.tagger.delete_all_tags_for_resource(key.id)
        backend.tagger.tag_resource(key.id, tag_list(place.all_tags(properties.get("Tags")), "TagKey", "TagValue"))
        return Resource(key.id, {"Arn": key.arn, "KeyId": key.id})


class KmsAlias:
    """A name for a key.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html
    """

    name = "AWS::KMS::Alias"
    applied = frozenset({"AliasName", "TargetKeyId"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the alias; the name must be free and the key must exist."""
        name = properties["AliasName"]
        if not name.startswith("alias/") or name.startswith("alias/aws/"):
            raise ResourceFailed(f"Invalid alias name {name}")
        if _backend(place).alias_exists(name):
            raise ResourceFailed(f"{name} already exists in account {place.account} and region {place.region}")
        target = _key(place, properties["TargetKeyId"])
        _backend(place).create_alias(target.id, name)
        return Resource(name)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Point the alias to the key."""
        target = _key(place, properties["TargetKeyId"])
        if not _backend(place).alias_exists(resource.physical_id):
            raise ResourceFailed(f"Alias {resource.physical_id} is not found.")
        _backend(place).update_alias(target.id, resource.physical_id)
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the alias."""
        _backend(place).delete_alias(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The alias and the id of its key."""
        name = resource.physical_id
        target = next((key.id for key in _backend(place).keys.values() if name in key.aliases), None)
        return None if target is None else {"AliasName": name, "TargetKeyId": target}


def _key(place: Place, key_id_or_arn: str) -> Key:
    backend = _backend(place)
    key = backend.keys.get(backend.get_key_id(key_id_or_arn))
    if key is None or key.key_state == "PendingDeletion":
        raise ResourceFailed(f"Key '{key_id_or_arn}' does not exist or is pending deletion")
    return key


def _policy(place: Place, properties: Properties) -> str | None:
    """The key policy as JSON text.

    AWS refuses a policy that would lock the account out of its own key.
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    policy = properties.get("KeyPolicy")
    if policy is None:
        return None
    document = json.loads(policy) if isinstance(policy, str) else policy
    statements = document.get("Statement", [])
    if not any(_keeps_control(place, one) for one in ([statements] if isinstance(statements, dict) else statements)):
        raise ResourceFailed("The new key policy will not allow you to update the key policy in the future.")
    return json.dumps(document)


def _keeps_control(place: Place, statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    own = [name for name in ([named] if isinstance(named, str) else named) if name == "*" or f"{place.account}" in name]
    actions = statement.get("Action", [])
    allowed = {action.lower() for action in ([actions] if isinstance(actions, str) else actions)}
    return bool(statement.get("Effect") == "Allow" and own and allowed & {"kms:*", "*", "kms:put*", "kms:putkeypolicy"})


TYPES: Final[tuple[ResourceType, ...]] = (KmsKey(), KmsAlias())
