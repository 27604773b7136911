"""The words of the security services are AWS's own."""

from typing import Any

import pytest
from botocore.session import get_session

from guardrails.security_services import DIALECTS


@pytest.mark.parametrize("name", DIALECTS)
def test_names_as_botocore_has_them(name: str) -> None:
    """Every operation, parameter and member that a dialect names is one of the service's own."""
    dialect = DIALECTS[name]
    model = get_session().get_service_model(dialect.service)
    operations = {operation.lower(): model.operation_model(operation) for operation in model.operation_names}

    def shapes(operation: str) -> Any:
        return operations[operation.replace("_", "")]

    listing, key, account, status = dialect.listing
    entry = shapes(listing).output_shape.members[key].member
    assert account in entry.members
    assert entry.members[status].enum[0] == "ENABLED" if status else "Status" not in entry.members
    operation, parameter = dialect.designation
    assert shapes(operation).input_shape.required_members == [parameter]
    assert dialect.refusal in {error.name for error in shapes(operation).error_shapes}
    if dialect.switch:
        assert dialect.switch.off in {error.name for error in shapes(dialect.switch.look).error_shapes}
        assert dialect.switch.parameters.keys() <= shapes(dialect.switch.on).input_shape.members.keys()
