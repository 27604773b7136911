"""Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_an_event_data_store_is_protected(sandbox: Embedded, refused: Refused) -> None:
    """It exists once by name, is protected from deletion until that is taken off, and then goes in its own time, unchanged."""
    client = sandbox.client("cloudtrail")
    made = client.create_event_data_store(Name="events", RetentionPeriod=90)["EventDataStoreArn"]
    assert refused(client.create_event_data_store, Name="events") == "EventDataStoreAlreadyExistsException"
    described = client.get_event_data_store(EventDataStore=made)
    assert (described["TerminationProtectionEnabled"], described["MultiRegionEnabled"]) == (True, True)
    delete = client.delete_event_data_store
    assert refused(delete, EventDataStore=made) == "EventDataStoreTerminationProtectedException"
    client.update_event_data_store(EventDataStore=made, TerminationProtectionEnabled=False)
    delete(EventDataStore=made)
    assert client.get_event_data_store(EventDataStore=made)["Status"] == "PENDING_DELETION"
    changed = refused(client.update_event_data_store, EventDataStore=made, RetentionPeriod=30)
    assert changed == "InactiveEventDataStoreException"


def test_what_an_event_data_store_needs(sandbox: Embedded, refused: Refused) -> None:
    """One for the organization needs trusted access, its key must exist, and AWS keeps events no longer than ten years."""
    client = sandbox.client("cloudtrail")
    create, unknown = client.create_event_data_store, "arn:aws:kms:eu-west-1:111111111111:key/none"
    assert refused(create, Name="events", OrganizationEnabled=True) == "CloudTrailAccessNotEnabledException"
    assert refused(create, Name="events", RetentionPeriod=4000) == "InvalidParameterException"
    assert refused(create, Name="events", KmsKeyId=unknown) == "KmsKeyNotFoundException"
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    arn = create(Name="events", OrganizationEnabled=True)["EventDataStoreArn"]
    assert [each["EventDataStoreArn"] for each in client.list_event_data_stores()["EventDataStores"]] == [arn]
    assert refused(client.get_event_data_store, EventDataStore=f"{arn}0") == "EventDataStoreNotFoundException"
