"""The regions that AWS has, so that a mistyped one is found before anything is asked of AWS.

A test compares them with the AWS SDK's own list, which does not say which of them an account must opt in to.

Sources: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html,
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

from typing import Final

_NAMES: Final = """
    af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
    ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7
    ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2
    eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1
    sa-east-1 sa-west-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-1 us-west-2
"""

REGIONS: Final = frozenset(_NAMES.split())
OTHER_PARTITIONS: Final = frozenset(region for region in REGIONS if region.startswith(("cn-", "eusc-", "us-gov-")))
"""Regions that are worlds of their own, with other endpoints and ARNs: what is compiled here does not fit them."""
_ON_BY_DEFAULT: Final = """
    ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1
    eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
"""
OPT_IN_REGIONS: Final = REGIONS - OTHER_PARTITIONS - frozenset(_ON_BY_DEFAULT.split())
"""Regions that each account must enable before anything can be done there; every later region is one of them."""
