"""Puts settings that no CloudFormation type holds. A setting that already holds is not written; each that cannot be put is named.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 8})
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
PAUSES = (2, 5, 10)  # what a role may do is not known everywhere at once
client: Any = lru_cache(boto3.client)
VPC_PARTS = (  # what is in a VPC: how it is found, and how many of them a default VPC has of its own
    ("network_interfaces", "vpc-id", 0),
    ("vpc_endpoints", "vpc-id", 0),
    ("vpn_gateways", "attachment.vpc-id", 0),
    ("vpc_peering_connections", "requester-vpc-info.vpc-id", 0),
    ("vpc_peering_connections", "accepter-vpc-info.vpc-id", 0),
    ("internet_gateways", "attachment.vpc-id", 1),
    ("security_groups", "vpc-id", 1),
    ("route_tables", "vpc-id", 1),
    ("network_acls", "vpc-id", 1),
)
RESERVE = 45_000  # milliseconds: enough for one more setting, and the answer


class Left(Exception):
    """What was not touched, and why: told, and no failure."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Carry out one request; CloudFormation is answered in any case."""
    failures, left = ["it ended early, its log says why"], list[str]()
    try:
        failures = list(carried_out(event, context, left))
    finally:
        answer(event, failures, left)


def carried_out(event: dict[str, Any], context: Any, left: list[str]) -> Iterator[str]:
    """Put what differs, or release what is to be released; gives each failure, and adds to what is left alone."""
    kind, new = event["RequestType"], event["ResourceProperties"]
    old = event.get("OldResourceProperties", {"Revision": "0"})
    if int(new["Revision"]) < int(old["Revision"]):
        return  # a roll-back: what failed on the way there would only fail again
    pauses = PAUSES if new.get("Settings") != old.get("Settings") else ()
    for setting in map(json.loads, new.get("Settings", ())):
        if context.get_remaining_time_in_millis() < RESERVE:
            yield f"{setting['Name']}: no time was left"
            continue
        try:
            if kind == "Delete":
                release(setting)
            else:
                hold(setting, pauses)
        except Left as reason:
            left.append(f"{setting['Name']}: {reason}")
        except (BotoCoreError, ClientError) as error:
            yield f"{setting['Name']}: {error}"


def release(setting: dict[str, Any]) -> None:
    """Take a setting back, where it says how; else it stays."""
    if "Remove" in setting:
        called(setting["Remove"])


def hold(setting: dict[str, Any], pauses: tuple[int, ...]) -> None:
    """Put a setting unless its probe answers what is expected, if only since the same function in another region was faster."""
    if holds(setting, pauses):
        return
    try:
        called(setting["Put"], pauses)
    except ClientError:
        if not holds(setting):
            raise


def holds(setting: dict[str, Any], pauses: tuple[int, ...] = ()) -> bool:
    """Whether the probe of a setting answers what is expected, or that somebody else rules it."""
    try:
        found = called(setting["Probe"], pauses)
        return covers(found, setting["Expected"]) or ("NotOurs" in setting and covers(found, setting["NotOurs"]))
    except ClientError as error:
        if error.response["Error"]["Code"] not in setting.get("Absent", ()):
            raise
        return False


def covers(found: Any, expected: Any) -> bool:
    """Whether an answer holds everything expected."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(covers(found.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(covers, found, expected))
    return bool(found == expected)


def called(call: dict[str, Any], pauses: tuple[int, ...] = ()) -> Any:
    """What AWS answers; a denial is asked again after each pause."""
    service = client(call["Service"], config=CONFIG)
    own = OWN.get(call["Operation"])
    operation = partial(own, service) if own else getattr(service, call["Operation"])
    for pause in pauses:
        try:
            return operation(**call.get("Parameters", {}))
        except ClientError as error:
            if error.response["Error"]["Code"] not in DENIED:
                raise
            time.sleep(pause)
    return operation(**call.get("Parameters", {}))


def remove_default_vpc(ec2: Any) -> None:
    """Delete the region's default VPC with its gateway and subnets, unless there is anything else in it."""
    for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]:
        name = vpc["VpcId"]
        subnets = parts(ec2, "subnets", "vpc-id", name)
        used = [what.replace("_", " ") for what, by, own in VPC_PARTS if len(parts(ec2, what, by, name)) > own]
        used += ["further subnets"] if not all(subnet["DefaultForAz"] for subnet in subnets) else []
        used += ["IPv6 addresses"] if vpc.get("Ipv6CidrBlockAssociationSet") else []
        if used:
            raise Left(f"{name} stays, as it is in use: {', '.join(used)}")
        for gateway in parts(ec2, "internet_gateways", "attachment.vpc-id", name):
            ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=name)
            ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
        for subnet in subnets:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=name)


def parts(ec2: Any, what: str, by: str, vpc: str) -> Any:
    """What there is of a kind in a VPC."""
    found = getattr(ec2, f"describe_{what}")(Filters=[{"Name": by, "Values": [vpc]}])
    return found["".join(word.capitalize() for word in what.split("_"))]


OWN: Any = {"remove_default_vpc": remove_default_vpc}  # what takes more than one call


def answer(event: dict[str, Any], failures: list[str], left: list[str]) -> None:
    """Tell CloudFormation how it went: at most 4,096 bytes, the whole of it in the log."""
    print(json.dumps({"request": event["RequestType"], "failures": failures, "left": left}))  # noqa: T201 -- the function's log
    told = failures or left
    shortest = 3000 // max(1, len(told))
    body = {
        "Status": "FAILED" if failures else "SUCCESS",
        "Reason": "; ".join(one[:shortest] for one in told) or "every setting holds",
        "PhysicalResourceId": event.get("PhysicalResourceId", "account-settings"),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 -- CloudFormation's own address
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=20).close()  # noqa: S310
