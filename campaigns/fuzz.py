"""The fuzzing campaign: texts that nobody should write. Every one is answered, and soon."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from campaigns import corpus
from campaigns.schema import vocabulary as words
from nicol.diagnostics import Source, draw
from nicol.errors import ConfigurationError
from nicol.ops.schemas import judge_sources
from nicol.schema.format import format_text

SECONDS, SECONDS_PER_MEGABYTE = 2.0, 12.0
"""The processor time that a text may take: this, and this for its size."""

_LONGEST = 20_000
"""Longer texts of the corpus are cut before they are damaged, so that many are tried."""
_CHUNK = 200

_SIGNS = (
    '{}()[]@",:?=-.!/\\ \t\n\r0123456789abcXYZ_'
    "é\0\x0b\x7f\x85\u00a0\u200b\u202e\u2066\u2028\ufeff\ufffd\U0001f600\ud800\udfff"
)
_SOUP = (
    *"{}()[]@,:?=!.",
    *(
        "@@",
        "@@map",
        "@id",
        "@default",
        "@relation",
        "@@index",
        "@db.VarChar",
        "model",
        "view",
        "type",
        "enum",
    ),
    *(
        "datasource",
        "generator",
        "A",
        "a",
        "id",
        "Int",
        "String",
        "1",
        "-1",
        "9" * 40,
        "1.5",
        '"x"',
        '"',
        "'",
        '"\\u',
    ),
    *(
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "  ",
        "//",
        "///",
        "/// @nicol.",
        "@nicol.renamed(from: ",
        "/*",
        "*/",
    ),
    *(
        "fields:",
        "references:",
        "provider",
        "=",
        "Unsupported(",
        "[]",
        "é",
        "\0",
        "\ufeff",
        "\u202e",
        "\ud800",
    ),
)
_PROVIDER = 'datasource db {{\n  provider = "{}"\n}}\n'


# ---- small texts -----------------------------------------------------------------------------------------------------


def fuzzed(number: int, seed: int) -> str:
    """The text of that number: the same for the same seed and the same corpus."""
    chance = Random(f"{seed}:{number}")
    make = chance.choices((_damaged_bytes, _damaged, _soup, _nested, _noise), (30, 30, 25, 10, 5))[0]
    return make(chance)


def _piece(chance: Random) -> str:
    text = chance.choice(tuple(corpus.schemas().values()))
    start = max(0, text.find("model", chance.randrange(len(text)))) if len(text) > _LONGEST else 0
    return text[start : start + chance.randint(50, _LONGEST if chance.random() < 0.02 else 3_000)]


def _damaged_bytes(chance: Random) -> str:
    """A text of the corpus with bytes changed, as a program with an old encoding would read it."""
    data = bytearray(_piece(chance).encode("utf-8", "surrogatepass"))
    for _ in range(chance.randint(1, 20)):
        at = chance.randrange(len(data) or 1)
        match chance.randrange(4):
            case 0:
                data[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                del data[at : at + chance.randint(1, 30)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 200)]
            case _:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 5)))
        data = data or bytearray(b"x")
    return data.decode("utf-8", chance.choice(("replace", "surrogateescape", "ignore")))


def _damaged(chance: Random) -> str:
    """A text of the corpus with pieces of the language cut, copied and put in."""
    text = _piece(chance)
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randint(0, 40))
        new = chance.choice((chance.choice(_SOUP), chance.choice(_SIGNS), text[start:end] * 2, ""))
        text = text[:start] + new + text[end:]
    return text


def _soup(chance: Random) -> str:
    between = chance.choice(("", " ", " ", " \n"))
    head = _PROVIDER.format(chance.choice(words.PROVIDERS)) if chance.random() < 0.5 else ""
    return head + between.join(chance.choices(_SOUP, k=chance.randint(1, 300)))


def _noise(chance: Random) -> str:
    if chance.random() < 0.5:
        return "".join(chance.choices(_SIGNS, k=chance.randint(0, 400)))
    return "".join(chr(chance.randrange(0x3000 if chance.random() < 0.7 else 0x110000)) for _ in range(200))


def _nested(chance: Random) -> str:
    opening = chance.choice(
        ("(", "[", "{", "a(", "[f(", "{ a: [", "model A {\n", "/*", '"', "@a(", "@@a([", "Unsupported(", "{{")
    )
    depth = chance.choice((1, 10, 63, 64, 65, 100, 1_000, 5_000))
    closing = "".join({"(": ")", "[": "]", "{": "}"}.get(sign, "") for sign in reversed(opening * depth))
    place = chance.choice(
        ("", "model A {\n  id Int @default(", "model A {\n  id Int @id\n  @@index(", "generator g {\n  a = ")
    )
    return (
        place
        + opening * depth
        + chance.choice(("", "1", "x: 1,"))
        + chance.choice((closing, closing[: depth // 2], ""))
        + "\n}\n"
    )


# ---- giants ----------------------------------------------------------------------------------------------------------

_MODEL = "model A {\n  id Int @id\n  x Json @default("

GIANTS: dict[str, Callable[[int], str]] = {
    "open brackets": lambda size: "(" * size,
    "closing brackets": lambda size: "}" * size,
    "lists": lambda size: _MODEL + "[" * (size // 2) + "]" * (size // 2) + ")\n}\n",
    "calls": lambda size: _MODEL + "f(" * (size // 2) + ")\n}\n",
    "objects": lambda size: _MODEL + "{a: " * (size // 4) + ")\n}\n",
    "JSON": lambda size: _MODEL + '"' + "[" * size + '")\n}\n',
    "list items": lambda size: _MODEL + "[" + "1, " * (size // 3) + "1])\n}\n",
    "blocks in blocks": lambda size: "model A {\n" * (size // 10),
    "open lines": lambda size: "model A {\n" + "x Int @a(\n" * (size // 10),
    "quotes": lambda size: '"' * size,
    "a string": lambda size: _MODEL + '"' + "x" * size + '")\n}\n',
    "escapes": lambda size: _MODEL + '"' + "\\u0041" * (size // 6) + '")\n}\n',
    "open comments": lambda size: "/*" * (size // 2),
    "comments": lambda size: "/* */ " * (size // 6),
    "comment lines": lambda size: "// x\n" * (size // 5),
    "annotations": lambda size: "/// @nicol.x(a: 1)\n" * (size // 19) + "model A {\n  id Int @id\n}\n",
    "one annotation": lambda size: "/// @nicol.check(" + "(" * size + "\nmodel A {\n  id Int @id\n}\n",
    "blanks": lambda size: " " * size,
    "blank lines": lambda size: "\n" * size,
    "blank lines with returns": lambda size: "\r\n" * (size // 2),
    "NUL": lambda size: "\0" * size,
    "byte order marks": lambda size: "\ufeff" * size,
    "right-to-left overrides": lambda size: "model A\u202e {\n" * (size // 11),
    "half characters": lambda size: "\ud800" * size,
    "a name": lambda size: "model " + "a" * size + " {\n  id Int @id\n}\n",
    "a number": lambda size: _MODEL + "9" * size + ")\n}\n",
    "a fraction": lambda size: _MODEL + "0." + "9" * size + ")\n}\n",
    "attributes": lambda size: "model A {\n  id Int " + "@id " * (size // 4) + "\n}\n",
    "block attributes": lambda size: "model A {\n  id Int @id\n" + "  @@index([id])\n" * (size // 16) + "}\n",
    "fields": lambda size: "model A {\n  id Int @id\n" + _numbered("  f{} Int\n", size) + "}\n",
    "unknown types": lambda size: "model A {\n  id Int @id\n" + _numbered("  f{0} T{0}\n", size) + "}\n",
    "models": lambda size: _numbered("model M{} {{\n  id Int @id\n}}\n", size),
    "relations": lambda size: "model A {\n  id Int @id\n" + _numbered("  f{} A\n", size) + "}\n",
    "enum values": lambda size: "enum E {\n" + _numbered("  V{}\n", size) + "}\n",
    "one name": lambda size: "model A {\n  id Int @id\n}\n" * (size // 25),
    "junk": lambda size: "junk here\n" * (size // 10),
    "one line": lambda size: "x " * (size // 2),
    "settings": lambda size: "generator g {\n" + _numbered("  a{} = 1\n", size) + "}\n",
}
"""Texts of a size, each of one thing only."""


def _numbered(template: str, size: int) -> str:
    return "".join(map(template.format, range(size // len(template))))


# ---- asking ----------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What is counted in a run: how many texts, which broke a promise, and the slowest."""

    asked: int = 0
    broken: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def merge(self, other: Tally) -> None:
        """Add another tally."""
        self.asked += other.asked
        self.broken += other.broken
        self.slowest = max(self.slowest, other.slowest)


def promise_broken(text: str) -> str | None:
    """Why a text breaks a promise; None where all are kept."""
    try:
        return _faults(text)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what the campaign looks for
        return f"{type(error).__name__}: {str(error)[:200]}"


def _faults(text: str) -> str | None:
    source = Source("schema.prisma", text)
    try:
        findings = judge_sources((source,), (), {}).findings
    except ConfigurationError:
        findings = ()
    for finding in findings:
        if finding.span and not 0 <= finding.span.start <= finding.span.end <= len(text):
            return f"{finding.code} points outside of the text"
    draw(findings[:3], [source])
    formatted = format_text(text)
    return None if format_text(formatted) == formatted else "formatting twice is not formatting once"


def seconds_for(text: str) -> float:
    """The processor time that a text may take."""
    return SECONDS + SECONDS_PER_MEGABYTE * len(text) / 1e6


def tried(name: str, text: str) -> Tally:
    """Ask about one text."""
    started = time.process_time()
    broken = promise_broken(text)
    taken = time.process_time() - started
    if broken is None and taken > seconds_for(text):
        broken = f"{taken:.1f} s for {len(text):,} characters"
    return Tally(1, [f"{name}: {broken}"] if broken else [], taken)


def _ask(task: tuple[range, int]) -> Tally:
    numbers, seed = task
    total = Tally()
    for number in numbers:
        total.merge(tried(f"text {number}", fuzzed(number, seed)))
    return total


def run(inputs: int, seed: int, jobs: int) -> Tally:
    """Ask about so many small texts."""
    tasks = [(range(at, min(at + _CHUNK, inputs)), seed) for at in range(0, inputs, _CHUNK)]
    total = Tally()
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for done, tally in enumerate(pool.imap_unordered(_ask, tasks), 1):
            total.merge(tally)
            if sys.stderr.isatty():
                print(f"\r{done * _CHUNK} of {inputs}", end="", file=sys.stderr)
    return total


def giants(megabytes: float) -> Iterator[tuple[str, Tally]]:
    """Ask about one large text of each kind."""
    for name, make in GIANTS.items():
        yield name, tried(name, make(int(megabytes * 1e6)))


def main(arguments: Sequence[str]) -> int:
    """Run the campaign and print what broke a promise; 1 when anything did."""
    parser = argparse.ArgumentParser(prog="python -m campaigns fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many small texts (100,000)")
    parser.add_argument(
        "--megabytes", type=float, default=10, help="the size of the large texts (10; 0 leaves them out)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (one per core)"
    )
    given = parser.parse_args(arguments)
    total = run(given.inputs, given.seed, given.jobs)
    print(
        f"{total.asked:,} texts, the slowest took {total.slowest:.2f} s; {len(total.broken)} broke a promise",
        flush=True,
    )
    if given.megabytes:
        for name, tally in giants(given.megabytes):
            print(f"{given.megabytes:g} MB of {name}: {tally.slowest:.1f} s", flush=True)
            total.merge(tally)
    for line in total.broken[:50]:
        print(line)
    return 1 if total.broken else 0
