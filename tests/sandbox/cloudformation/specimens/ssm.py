from tests.sandbox.cloudformation.specimens import Specimen

SPECIMENS = [
    Specimen(
        "AWS::SSM::Parameter",
        {"Name": "/landing-zone/version", "Type": "String", "Value": "1", "DataType": "text", "Tags": {"team": "one"}}
        | {"Description": "which", "AllowedPattern": "[0-9]+", "Tier": "Standard"},
        {
            "Value": lambda client, name: client("ssm").put_parameter(Name=name, Value="2", Overwrite=True),
            "Tags": lambda client, name: client("ssm").remove_tags_from_resource(
                ResourceType="Parameter", ResourceId=name, TagKeys=["team"]
            ),
        },
        lambda client, name: client("ssm").delete_parameter(Name=name),
        fixed=frozenset({"DataType", "Type"}),
    ),
]
