"""IAM Identity Center: one organization instance, in the home region of the management account."""

from moto.ssoadmin.models import Instance, SSOAdminBackend, ssoadmin_backends


def enable(account_id: str, region: str) -> None:
    """Enable the organization instance, as a person does in the console: no API does."""
    backend = ssoadmin_backends[account_id][region]
    backend.instances.append(Instance(account_id, region))


def install() -> None:
    """No account has an instance by itself."""
    moto_init = SSOAdminBackend.__init__

    def without_instance(self: SSOAdminBackend, region_name: str, account_id: str) -> None:
        moto_init(self, region_name, account_id)
        self.instances.clear()

    setattr(SSOAdminBackend, "__init__", without_instance)  # noqa: B010
