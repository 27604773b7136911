import pytest

from guardrails.sandbox.cloudformation import pages
from guardrails.sandbox.serving.refusals import Refusal


def test_pages_follow_each_other() -> None:
    """Each page names the next until there is none; without MaxResults a page holds a hundred."""
    items = list(range(250))
    token, sizes, seen = None, [], []
    while True:
        page = pages.page("Items", items, {"NextToken": token} if token else {})
        sizes.append(len(page["Items"]))
        seen += page["Items"]
        token = page.get("NextToken")
        if token is None:
            break
    assert (sizes, seen) == ([100, 100, 50], items)


@pytest.mark.parametrize("parameters", [{"MaxResults": 0}, {"MaxResults": 101}, {"NextToken": "none of ours"}])
def test_wrong_pages_are_refused(parameters: dict[str, object]) -> None:
    """MaxResults is between 1 and 100, and a token is one that was given out."""
    with pytest.raises(Refusal) as refused:
        pages.page("Items", [], parameters)
    assert refused.value.code == "ValidationError"
