"""The module `cfnresponse`, which AWS gives to inline code that imports it: it sends a custom resource's response.

The sandbox puts this file beside the function's own code; it stands on the standard library alone.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

import json
from typing import Any
from urllib.request import Request, urlopen

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(
    event: dict[str, Any],
    context: Any,
    responseStatus: str,  # noqa: N803
    responseData: dict[str, Any],  # noqa: N803
    physicalResourceId: str | None = None,  # noqa: N803
    noEcho: bool = False,  # noqa: N803
    reason: str | None = None,
) -> None:
    """Put the response to the request's ResponseURL; the name of the log stream stands in for a missing physical id."""
    response = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = Request(event["ResponseURL"], json.dumps(response).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310
    with urlopen(request):  # noqa: S310
        pass
