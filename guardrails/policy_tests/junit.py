"""Results as JUnit XML, as continuous integration reads it: a suite for each file, a case for each test or example.

Source: https://github.com/testmoapp/junitxml
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from guardrails.policy_tests.results import Result
from guardrails.policy_tests.told import explained

_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write.

Source: https://www.w3.org/TR/xml/#charsets
"""


def junit(results: Iterable[Result]) -> bytes:
    """A JUnit XML document in UTF-8."""
    by_file: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_file[result.file].append(result)
    every = [result for found in by_file.values() for result in found]
    root = Element("testsuites", {"name": "guardrails test", **_counts(every)})
    for file, found in by_file.items():
        suite = SubElement(root, "testsuite", {"name": _clean(file), **_counts(found)})
        for result in found:
            _add_case(suite, result)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _counts(results: Sequence[Result]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(bool(result.failures) for result in results)),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _add_case(suite: Element, result: Result) -> None:
    case = SubElement(
        suite,
        "testcase",
        {
            "name": _clean(result.name),
            "classname": _clean(".".join(part for part in PurePath(result.file).with_suffix("").parts if part != "/")),
            "file": _clean(result.file),
            "line": str(result.line),
            "time": f"{result.seconds:.3f}",
        },
    )
    if result.failures:  # one element only: some readers take no more of a case
        messages = "; ".join(dict.fromkeys(failure.message for failure in result.failures))
        body = "\n\n".join("\n".join([failure.message, *explained(failure)]) for failure in result.failures)
        failure = SubElement(case, "failure", {"message": _clean(messages), "type": "AssertionError"})
        failure.text = _clean(f"{result.file}:{result.line}\n{body}")


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
