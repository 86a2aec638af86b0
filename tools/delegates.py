"""Writes src/nicol/client/delegate.pyi from tools/operations.pyi, where every operation has one signature.

The awaited classes are the blocking ones with `async` before their operations, and what answers records gets a second
signature for `into`. `--check` only says whether the file is as it would be written.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "tools" / "operations.pyi"
STUB = ROOT / "src" / "nicol" / "client" / "delegate.pyi"

_METHOD = re.compile(
    r'    def (?P<name>\w+)\(\n.*?\n    \) -> (?P<answer>[^\n]+):\n        """(?P<doc>.*?)"""\n', re.DOTALL
)
_CLASS = re.compile(r"\b(?:View)?Delegate\b")
_SUMMARY = re.compile(r'("""The operations of one [^".]*)\.')
_NOT_AWAITED = ("__init__", "fields", "stream")
_SELECTED = "        include: Include | None = None,\n"
_WITHOUT_INTO = re.compile(r"        (?:select: Select|omit: Omit) \| None = None,\n")


def main() -> int:
    """Write the stub; 1 where it should only be checked and is another."""
    written = stub(SOURCE.read_text("utf-8"))
    if "--check" in sys.argv:
        return int(written != STUB.read_text("utf-8"))
    STUB.write_text(written, "utf-8")
    return 0


def stub(source: str) -> str:
    """The text of the stub."""
    start, end = source.index("class ViewDelegate("), source.index("def delegate_class(")
    blocking = _METHOD.sub(_with_into, source[start:end])
    return source[:start] + blocking + awaited(blocking) + batched(blocking) + source[end:]


def awaited(blocking: str) -> str:
    """The classes of an asynchronous client's operations."""
    text = _CLASS.sub(r"Async\g<0>", blocking).replace("client: Client)", "client: AsyncClient)")
    text = _SUMMARY.sub(r"\1, awaited.", text)
    text = text.replace("-> Iterator[", "-> AsyncIterator[")
    return re.sub(rf"    def (?!(?:{'|'.join(_NOT_AWAITED)})\()", "    async def ", text)


_TIME = "        timeout: Seconds | None = None,\n"


def batched(blocking: str) -> str:
    """The classes of a batch's operations: what they answer is there when the batch has ended."""
    text = _WHOLE_METHOD.sub(lambda method: "" if method[1] in _NOT_BATCHED else method[0], blocking)
    text = _CLASS.sub(r"Batch\g<0>", text).replace(_TIME, "")
    text = _SUMMARY.sub(r"\1, in a batch.", text)
    return re.sub(r"\n    \) -> ([^\n]+?):", r"\n    ) -> Pending[\1]:", text)


_NOT_BATCHED = ("__init__", "fields", "stream")
_WHOLE_METHOD = re.compile(
    r'    (?:@property\n    )?def (\w+)\((?:self[^\n]*|\n.*?\n    \)) -> [^\n]+:\n        """.*?"""\n\n?',
    re.DOTALL,
)


def _with_into(method: re.Match[str]) -> str:
    text = method[0]
    if _SELECTED not in text:
        return text
    plain = text.replace(_SELECTED, f"{_SELECTED}        into: None = None,\n")
    into = _WITHOUT_INTO.sub("", text).replace(_SELECTED, f"{_SELECTED}        into: type[T],\n")
    answer = re.sub(r"\bM\b", "T", method["answer"])
    into = into.replace(f"-> {method['answer']}:", f"-> {answer}:")
    into = into.replace(method["doc"], "The same with objects of `into`, whose fields say what is read.")
    return f"    @overload\n{plain}\n    @overload\n{into}"


if __name__ == "__main__":
    raise SystemExit(main())
