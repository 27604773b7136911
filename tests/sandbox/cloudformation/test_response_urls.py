from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from guardrails.sandbox.embedded import Embedded


def test_a_response_url_is_good_for_one_request(sandbox: Embedded) -> None:
    """Only the URL of a request that is waiting takes a response.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html
    """
    url = f"{sandbox.endpoint}/_sandbox/custom-resource-responses/guessed"
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(url, b"{}", method="PUT"))
    caught.value.close()
    assert caught.value.code == 403
