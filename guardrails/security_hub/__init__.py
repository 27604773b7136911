"""Security Hub CSPM: what several of its resource types and its control share.

standards               security standards by the short names that people write
security_controls       the ids of the controls that there are
central_configuration   whether the organization is configured centrally, by the account that is looked at
"""

from typing import Final

SELF_MANAGED: Final = "SELF_MANAGED_SECURITY_HUB"
"""What AWS writes in place of a configuration policy where a target configures Security Hub for itself."""
