"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html and …_variables.html."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.iam.patterns import (
    Piece,
    Variable,
    action_matcher,
    arn_matcher,
    parse,
    resource_matcher,
    text_of,
    wildcard_matcher,
)

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


@pytest.mark.parametrize(
    ("pattern", "action", "answer"),
    [
        ("*", "s3:GetObject", True),
        ("*:*", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:*Object", "s3:GetObject", True),
        ("s3:Get*ect", "s3:GetObject", True),
        ("s3:???Object", "s3:GetObject", True),
        ("s3:??Object", "s3:GetObject", False),
        ("s3:Get", "s3:GetObject", False),
        ("s3:*", "s3express:CreateSession", False),
        ("s3*:*", "s3express:CreateSession", False),
        ("*:Get*", "s3:GetObject", True),
    ],
)
def test_action(pattern: str, action: str, answer: bool) -> None:
    """Actions are compared without regard to case; wildcards count anywhere in the name, in the service only as a whole."""
    assert action_matcher(pattern)(action) is answer


@pytest.mark.parametrize(
    ("pattern", "resource", "answer"),
    [
        ("*", "*", True),
        ("*", BUCKET, True),
        (BUCKET, BUCKET, True),
        (BUCKET, BUCKET.upper(), False),
        (f"{BUCKET}/*", f"{BUCKET}/1/2/3.txt", True),
        (f"{BUCKET}/*", BUCKET, False),
        (f"{BUCKET}/*/test/*", f"{BUCKET}/1/2/test/3/object.jpg", True),
        (f"{BUCKET}*", f"{BUCKET}-other/key", True),
        ("arn:aws:sqs:*:*:queue", "arn:aws:sqs:eu-west-1:111122223333:queue", True),
        ("arn:aws:sqs:*:queue", "arn:aws:sqs:eu-west-1:111122223333:queue", True),
        ("arn:aws:sqs:eu-*-1:111122223333:queue", "arn:aws:sqs:eu-west-1:111122223333:queue", True),
        ("arn:aws:sqs:*1:queue", "arn:aws:sqs:eu-west-1:111122223331:queue", False),
        ("arn:aws:logs:*:*:log-group:*:x", "arn:aws:logs:eu-west-1:111122223333:log-group:a:b:x", True),
        ("arn:aws:sqs:*:*:queue", "*", False),
        ("arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:eu-west-1:111122223333:volume/*", True),
    ],
)
def test_resource(pattern: str, resource: str, answer: bool) -> None:
    """Resources are compared with regard to case; `*` crosses slashes, and colons where it ends a segment or stands in the last."""
    assert resource_matcher(parse(pattern).resolve(lambda key: None) or ())(resource) is answer


def test_variables() -> None:
    """A variable is its key, with its default when it has one; `${*}`, `${?}` and `${$}` are the plain characters."""
    assert parse("home/${aws:username}/x").parts == (Piece("home/"), Variable("aws:username"), Piece("/x"))
    assert parse("${aws:PrincipalTag/team, 'none'}").parts == (Variable("aws:PrincipalTag/team", "none"),)
    assert parse("${*}${?}${$}").parts == tuple(Piece(text, literal=True) for text in "*?$")
    assert parse("").parts == (Piece(""),)
    assert parse("$5 {x}").parts == (Piece("$5 {x}"),)


@pytest.mark.parametrize("text", ["${}", "${a b}", "${aws:username, none}", "${aws:username,'a'b'}"])
def test_what_is_no_variable_is_refused(text: str) -> None:
    """Something in `${…}` that is neither a key nor an escape is said to be wrong."""
    with pytest.raises(ValueError, match="is no policy variable"):
        parse(text)


def test_a_variable_takes_its_value_its_default_or_none() -> None:
    """The request's value wins over the default; without either there is nothing to compare."""
    pattern = parse("team/${aws:PrincipalTag/team, 'none'}")
    assert text_of(pattern.resolve({"aws:PrincipalTag/team": "red"}.get) or ()) == "team/red"
    assert text_of(pattern.resolve(lambda key: None) or ()) == "team/none"
    assert parse("team/${aws:PrincipalTag/team}").resolve(lambda key: None) is None


@given(st.text())
def test_an_inserted_value_matches_itself_and_nothing_else(value: str) -> None:
    """Whatever a variable inserts is compared literally, wildcards and all."""
    matches = wildcard_matcher(parse("a/${k}").resolve(lambda key: value) or ())
    assert matches(f"a/{value}")
    assert not matches(f"a/{value}x")


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=8))
def test_wildcards_agree_with_a_naive_matcher(pattern: str, value: str) -> None:
    """`*` is any run of characters and `?` exactly one, as the simplest recursive reading says."""

    assert wildcard_matcher([Piece(pattern)])(value) is naive(pattern, value)


def naive(wanted: str, found: str, *, stops: str = "") -> bool:
    """Whether a pattern matches; its wildcards take everything but the characters in `stops`."""
    if not wanted:
        return not found
    if wanted[0] == "*":
        return naive(wanted[1:], found, stops=stops) or (
            bool(found) and found[0] not in stops and naive(wanted, found[1:], stops=stops)
        )
    one = bool(found) and (wanted[0] == found[0] or (wanted[0] == "?" and found[0] not in stops))
    return one and naive(wanted[1:], found[1:], stops=stops)


def naive_resource(wanted: str, found: str, colons: int = 0) -> bool:
    """The same for the Resource element: before the fifth colon, wildcards stop at a colon, but a `*` that ends its segment."""
    if not wanted:
        return not found
    free = colons >= 5 or wanted[1:2] in ("", ":")
    if wanted[0] == "*":
        goes_on = bool(found) and (free or found[0] != ":") and naive_resource(wanted, found[1:], colons)
        return goes_on or naive_resource(wanted[1:], found, colons)
    one = bool(found) and (wanted[0] == found[0] or (wanted[0] == "?" and (colons >= 5 or found[0] != ":")))
    return one and naive_resource(wanted[1:], found[1:], colons + (wanted[0] == ":"))


@given(st.text(alphabet="ab:*?", max_size=12), st.text(alphabet="ab:", max_size=12))
def test_resources_agree_with_a_naive_matcher(pattern: str, resource: str) -> None:
    """Segments, and wildcards that stay in theirs or reach beyond, are what the simplest recursive reading says."""
    assert resource_matcher([Piece(pattern)])(resource) is naive_resource(pattern, resource)


SEGMENTS = st.lists(st.text(alphabet="ab*?", max_size=3), min_size=6, max_size=8)
VALUES = st.lists(st.text(alphabet="ab", max_size=3), min_size=5, max_size=8)


@given(SEGMENTS, VALUES)
def test_arns_agree_with_a_naive_matcher(wanted: list[str], found: list[str]) -> None:
    """An ARN operator compares the first five segments one by one, and what is left, colons and all."""
    split = [(":".join(each) if len(each) > 5 else "").split(":", 5) for each in (wanted, found)]
    answer = len(found) > 5 and all(
        naive(*pair, stops=":" if at < 5 else "") for at, pair in enumerate(zip(*split, strict=True))
    )
    assert arn_matcher([Piece(":".join(wanted))])(":".join(found)) is answer


def test_many_wildcards_are_no_burden() -> None:
    """A pattern with many `*` that nearly matches is answered at once, not tried in every way there is."""
    near = "a" * 2_000
    assert not wildcard_matcher([Piece("*a" * 40 + "b")])(near)
    assert not resource_matcher([Piece("arn:aws:s3:::" + "*a" * 40 + "b")])(f"arn:aws:s3:::{near}")
    assert not arn_matcher([Piece("arn:aws:*a*a*a*a*a*a*a*a*a*b:::x")])(f"arn:aws:{near}:::x")
