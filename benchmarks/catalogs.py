"""What a schema of 500 tables costs a migration: reading the database, an empty plan, drift, and the schema written of it."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.harness import Call, measure, micro, show
from benchmarks.stage import databases, push, schema_of
from nicol.catalog import Catalog
from nicol.dialects import named
from nicol.drivers import Database, open_database, parse_address
from nicol.migrate.describe import describe
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.migrate.plan import steps_between
from nicol.sql.program import Program

_MODEL = """
model Thing{n} {{
  id     Int      @id @default(autoincrement())
  name   String   @unique
  price  Decimal?
  made   DateTime @default(now())
  data   Json?
  size   Int      @default(3)
  note   String?
  done   Boolean  @default(false)
  next   Thing{next} @relation("r{n}", fields: [nextId], references: [id])
  nextId Int
  back   Thing{back}[] @relation("r{back}")

  @@index([name, size])
  @@index([made])
}}
"""


def main(*, quick: bool = False) -> None:
    """Measure on both databases."""
    count = 100 if quick else 500
    models = "".join(_MODEL.format(n=n, next=(n + 1) % count, back=(n - 1) % count) for n in range(count))
    with databases() as urls:
        for name, url in urls.items():
            dialect = named(parse_address(url).dialect, portable=True)
            schema = schema_of(f'datasource db {{\n  provider = "{dialect.name}"\n}}\n' + models)
            push(schema, url)
            wanted = lower(schema, dialect)
            with open_database(url) as database:
                read = _reading(database, dialect.introspect)
                held = read()
                contenders: dict[str, Call] = {
                    "read the database": read,
                    "plan of no change": lambda held=held, wanted=wanted, dialect=dialect: steps_between(
                        held, wanted, dialect
                    ),
                    "compare for drift": lambda held=held: diff(held, held, exact=True),
                    "describe the database": lambda held=held, dialect=dialect: describe(held, dialect),
                }
                timings = measure(contenders, rounds=3 if quick else 7)
            lines = [[one.name, micro(one.seconds)] for one in timings]
            show(f"{count} tables on {name}", ("", "time"), lines)


def _reading(database: Database, introspect: Callable[[], Program[Catalog]]) -> Callable[[], Catalog]:
    return lambda: database.run(introspect(), False)
