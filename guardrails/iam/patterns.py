"""Text with wildcards and policy variables, made into matchers once and used many times.

A pattern is a sequence of pieces. `*` and `?` are wildcards in what the policy's author wrote, and plain characters in what a
variable inserts, so a tag value "*" never opens anything.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Matcher = Callable[[str], bool]
Lookup = Callable[[str], str | None]

_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
_KEY: Final = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")
_ESCAPES: Final = frozenset("*?$")
ARN_SEGMENTS: Final = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern: text in which wildcards count, or literal text."""

    text: str
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable `${key, 'default'}`; without a default, a request that lacks the key gives it no value."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text from a policy, taken apart into pieces and variables."""

    parts: tuple[Piece | Variable, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables in it, in order."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    def resolve(self, lookup: Lookup) -> tuple[Piece, ...] | None:
        """The pieces with every variable's value in its place; None when one has no value."""
        pieces: list[Piece] = []
        for part in self.parts:
            if isinstance(part, Piece):
                pieces.append(part)
                continue
            found = lookup(part.key)
            value = part.default if found is None else found
            if value is None:
                return None
            pieces.append(Piece(value, literal=True))
        return tuple(pieces)


def verbatim(text: str) -> Pattern:
    """The pattern in a text from a policy whose version knows no variables (2008-10-17): only wildcards count."""
    return Pattern((Piece(text),))


def parse(text: str) -> Pattern:
    """The pattern in a text from a policy whose version knows variables (2012-10-17).

    Raises: ValueError, when something in `${…}` is no variable.
    """
    parts: list[Piece | Variable] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > end:
            parts.append(Piece(text[end : match.start()]))
        parts.append(_variable(match[1]))
        end = match.end()
    if end < len(text) or not parts:
        parts.append(Piece(text[end:]))
    return Pattern(tuple(parts))


def _variable(inside: str) -> Piece | Variable:
    if inside in _ESCAPES:
        return Piece(inside, literal=True)
    match = _KEY.fullmatch(inside)
    if not match:
        raise ValueError(f"${{{inside}}} is no policy variable")
    return Variable(match[1], match[2])


def text_of(pieces: Sequence[Piece]) -> str:
    """The pieces as one plain text."""
    return "".join(piece.text for piece in pieces)


def wildcard_matcher(pieces: Sequence[Piece], *, ignore_case: bool = False) -> Matcher:
    """A matcher in which `*` stands for any characters and `?` for one; colons and slashes are characters like others."""
    characters = [(character, piece.literal) for piece in pieces for character in piece.text]
    return _matcher(_expression(characters, _ANY), ignore_case=ignore_case)


_ANY: Final = "."
_ANY_IN_SEGMENT: Final = "[^:]"


def _expression(characters: Sequence[tuple[str, bool]], any_one: str) -> str:
    """The regular expression of (character, literal); what stands between two `*` is taken where it comes first, once and for all.

    That never loses a match, and keeps a pattern with many `*` from being tried in every way there is.
    """
    chunks = [""]
    for character, literal in characters:
        if character == "*" and not literal:
            chunks.append("")
        else:
            chunks[-1] += any_one if character == "?" and not literal else re.escape(character)
    first, *between = chunks
    if not between:
        return first
    return first + "".join(f"(?>{any_one}*?{chunk})" for chunk in between[:-1]) + f"{any_one}*{between[-1]}"


def _matcher(expression: str, *, ignore_case: bool = False) -> Matcher:
    compiled = re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0)).fullmatch
    return lambda value: compiled(value) is not None


def _segments(pieces: Sequence[Piece]) -> list[list[tuple[str, bool]]]:
    """The six segments of an ARN pattern (fewer, when it has fewer), each a list of (character, literal)."""
    segments: list[list[tuple[str, bool]]] = [[]]
    for piece in pieces:
        for character in piece.text:
            if character == ":" and len(segments) < ARN_SEGMENTS:
                segments.append([])
            else:
                segments[-1].append((character, piece.literal))
    return segments


def arn_matcher(pieces: Sequence[Piece]) -> Matcher:
    """A matcher that compares ARNs segment by segment, as the ARN condition operators do; wildcards stay within their segment."""
    segments = _segments(pieces)
    if len(segments) < ARN_SEGMENTS:
        return wildcard_matcher(pieces) if text_of(pieces) == "*" else lambda value: False
    return _matcher(":".join(_segment(segment, index) for index, segment in enumerate(segments)))


def _segment(segment: Sequence[tuple[str, bool]], index: int) -> str:
    return _expression(segment, _ANY if index == ARN_SEGMENTS - 1 else _ANY_IN_SEGMENT)


def resource_matcher(pieces: Sequence[Piece]) -> Matcher:
    """A matcher for the Resource element: by segments, but a `*` that ends a segment may reach beyond the colon."""
    return _matcher(resource_expression(pieces))


def resource_expression(pieces: Sequence[Piece]) -> str:
    """The regular expression of `resource_matcher`, for who matches many patterns at once."""
    expressions = []
    for index, segment in enumerate(_segments(pieces)):
        reaches = index < ARN_SEGMENTS - 1 and bool(segment) and segment[-1] == ("*", False)
        expressions.append(_segment(segment[:-1], index) + ".*" if reaches else _segment(segment, index))
    return ":".join(expressions)


@lru_cache(maxsize=4096)
def possible_matcher(pattern: Pattern) -> Matcher:
    """A matcher of every text that the pattern could match, whatever its variables stand for, and perhaps of more."""
    pieces = [Piece("*") if isinstance(part, Variable) else part for part in pattern.parts]
    return wildcard_matcher(pieces, ignore_case=True)


@lru_cache(maxsize=16_384)
def action_matcher(pattern: str) -> Matcher:
    """A matcher for the Action element: without regard to case, `*` and `?` anywhere in the name."""
    service, colon, _ = pattern.partition(":")
    if colon and ("*" in service or "?" in service) and service != "*":
        return lambda value: False
    return wildcard_matcher([Piece(pattern)], ignore_case=True)
