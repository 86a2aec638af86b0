"""Beside Prisma: its SQL from one schema to another and Nicol's lead to equal catalogs, and Nicol keeps the rows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

from campaigns.migrations.drafts import Chance, pair, spelled
from campaigns.migrations.ground import apply
from campaigns.migrations.trial import dialect_of, schema_of
from campaigns.oracle import Oracle
from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database, open_database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between

_BARE_JSON = re.compile(r"DEFAULT ([\[{].*[\]}])(?=,?$)", re.MULTILINE)
"""Prisma writes the default of a Json without quotes for SQLite, which no database understands as JSON."""


def compare(kind: str, pairs: int, seed: str, url: str, home: Path) -> int:
    """Migrate each pair twice, both times from nothing; the number of ends that are not equal."""
    counts, wrong = Counter[str](), list[str]()
    judge, dialect = Oracle(home), dialect_of(kind)
    try:
        with open_database(url) as database:
            for number in range(pairs):
                ended = _one(f"{seed}:{kind}:{number}", kind, dialect, database, judge, url)
                counts[ended.partition(":")[0]] += 1
                if ended.startswith("unequal"):
                    wrong.append(ended)
    finally:
        judge.close()
    for text in wrong[:5]:
        print(text)
    print(
        f"{kind} beside Prisma: {pairs} pairs (seed {seed}), "
        + ", ".join(f"{n} {word}" for word, n in sorted(counts.items()))
    )
    return counts["unequal"]


def _one(seed: str, kind: str, dialect: Dialect, database: Database, judge: Oracle, url: str) -> str:
    made = pair(Chance(Random(seed), kind))
    before, after = (spelled(each) for each in (made.before, made.after))
    theirs = judge.diff(kind, *(_whole(text, kind) for text in (before, after)), url)
    if theirs is None:
        return "not answered"
    old, new = (lower(schema_of(text, dialect), dialect) for text in (before, after))
    ours = script(steps_between(old, new, dialect))
    theirs = _BARE_JSON.sub(r"DEFAULT '\1'", theirs) if not dialect.namespaces else theirs
    first = _end(ours, old, dialect, database)
    second = _end(theirs, old, dialect, database)
    if isinstance(first, str):
        return f"unequal: {seed}: ours was refused: {first}\n{before}\n{after}\n{ours}"
    if isinstance(second, str):
        return "refused by the database when Prisma says it"
    found = (*diff(first, second), *diff(second, first))
    return f"unequal: {seed}: {found}\n{before}\n{after}\n{ours}\n{theirs}" if found else "equal"


def _end(text: str, old: Catalog, dialect: Dialect, database: Database) -> Catalog | str:
    """What a database holds after the old schema and a script; the reason where the script is refused."""
    database.run(dialect.clear(), True)
    apply(database, dialect, script(steps_between(Catalog(), old, dialect)))
    try:
        apply(database, dialect, text)
    except (DriverError, MigrationError) as error:
        return str(error)
    return database.run(dialect.introspect(), False)


def _whole(text: str, kind: str) -> str:
    return f'datasource db {{\n  provider = "{kind}"\n}}\n\n{text}'
