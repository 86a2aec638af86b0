"""What the language costs by the size of a schema: reading, judging and formatting a thousand lines, and thirty thousand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from benchmarks.harness import show
from nicol.cli.main import collect_rarely
from nicol.diagnostics import Source
from nicol.dialects import provider_named
from nicol.schema.format import format_text
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve

SIZES = (1_000, 3_000, 10_000, 30_000)
DATABASE = "postgresql"

_MODEL = """
/// A thing, and the next one.
model Thing{n} {{
  id     Int      @id @default(autoincrement())
  name   String   @unique @db.VarChar(80)
  price  Decimal? @db.Decimal(12, 2)
  made   DateTime @default(now()) @map("made_at")
  kind   Kind{n}    @default(SMALL)
  data   Json?    // whatever it brings
  next   Thing{next} @relation("r{n}", fields: [nextId], references: [id], onDelete: Cascade)
  nextId Int
  back   Thing{back}[] @relation("r{back}")

  @@index([name, made])
  @@map("things_{n}")
}}

enum Kind{n} {{
  SMALL
  LARGE
}}
"""


def main(*, quick: bool = False) -> None:
    """Measure processor time as on the command line: per line it should be the same for every size."""
    collect_rarely()
    rounds = 1 if quick else 3
    lines = [
        [f"{text.count(chr(10)):,}", *(cell for seconds in times for cell in _cells(seconds, text))]
        for text in map(schema_of_size, SIZES)
        for times in [[_fastest(work, rounds) for work in _works(text)]]
    ]
    head = ("lines", "read", "per line", "judge", "per line", "format", "per line")
    show("The language, processor time", head, lines)


def schema_of_size(lines: int) -> str:
    """A valid schema of about so many lines: models in a ring, each with an enum."""
    count = lines // _MODEL.count("\n")
    models = (_MODEL.format(n=n, next=(n + 1) % count, back=(n - 1) % count) for n in range(count))
    return f'datasource db {{\n  provider = "{DATABASE}"\n}}\n' + "".join(models)


def _works(text: str) -> Iterator[Callable[[], object]]:
    document = parse(Source("schema.prisma", text)).value
    provider = provider_named(DATABASE)
    yield lambda: parse(Source("schema.prisma", text))
    yield lambda: resolve((document,), provider)
    yield lambda: format_text(text)


def _fastest(work: Callable[[], object], rounds: int) -> float:
    """Processor seconds of the fastest round: what disturbs a round only makes it longer."""

    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(rounds))


def _cells(seconds: float, text: str) -> tuple[str, str]:
    return f"{seconds:.2f} s", f"{seconds / text.count(chr(10)) * 1e6:.0f} µs"


if __name__ == "__main__":
    main()
