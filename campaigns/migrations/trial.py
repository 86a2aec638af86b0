"""One trial: a random pair on a real database, and everything about it that is not as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from campaigns.migrations.drafts import Chance, Pair, pair, spelled
from campaigns.migrations.ground import apply, begin, met
from campaigns.migrations.rows import bag, kept, values_renamed
from nicol.catalog import Catalog
from nicol.diagnostics import Source, draw
from nicol.dialects import changes as c
from nicol.dialects import named
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.diff import diff
from nicol.migrate.hazards import HazardSeverity
from nicol.migrate.lower import lower
from nicol.migrate.plan import Step, script, steps_between
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema
from nicol.sql.program import Row, Statement, ask, rows
from nicol.sql.quoting import quote, quote_all


@dataclass
class Outcome:
    """What came of a trial: `carried`, `refused` (foreseen by a hazard), or what is wrong."""

    seed: str
    ended: str = ""
    faults: list[str] = field(default_factory=list)
    rows: int = 0
    text: str = ""
    before: str = ""
    after: str = ""


def dialect_of(kind: str) -> Dialect:
    """The dialect of a kind of database."""
    return named("postgresql" if kind == "postgresql" else "sqlite", portable=kind == "portable")


def schema_of(text: str, dialect: Dialect) -> Schema:
    """A schema of the campaign, which has to be valid."""
    source = Source("schema.prisma", f'datasource db {{\n  provider = "{dialect.name}"\n}}\n\n{text}')
    document = parse(source)
    checked = resolve((document.value,), dialect.provider)
    errors = [each for each in (*document.findings, *checked.findings) if each.severity == "error"]
    if errors:
        raise AssertionError(draw(errors, [source]))
    return checked.value


def trial(seed: str, kind: str, database: Database) -> Outcome:
    """Make a pair by its seed and carry it through."""
    chance = Chance(Random(seed), kind)
    made = pair(chance)
    outcome = Outcome(seed, before=spelled(made.before), after=spelled(made.after))
    try:
        _Trial(outcome, dialect_of(kind), database, chance.random).run(made)
    except (AssertionError, KeyError, ValueError, DriverError, MigrationError) as error:
        outcome.faults.append(f"it broke: {type(error).__name__}: {error}")
    return outcome


class _Trial:
    def __init__(self, outcome: Outcome, dialect: Dialect, database: Database, random: Random) -> None:
        self.outcome = outcome
        self.dialect = dialect
        self.database = database
        self.random = random
        self.untold: set[str] = set()

    def run(self, made: Pair) -> None:
        before = lower(schema_of(self.outcome.before, self.dialect), self.dialect)
        schema = schema_of(self.outcome.after, self.dialect)
        after = lower(schema, self.dialect)
        self.check(not diff(before, before) and not diff(after, after), "a catalog differs from itself")
        held = begin(self.database, self.dialect, before, self.random)
        renaming = met(made, schema, self.dialect, held, after)
        if any("already" in unmet.why for unmet in renaming.unmet):
            self.outcome.ended = "refused"  # a new name that is taken is a matter of two migrations
            return
        understood = not self.dialect.has_enums or not renaming.unmet
        self.check(understood, f"renames were not understood: {renaming.unmet}")
        self.migrate(held, after, renaming.renames)

    def check(self, right: bool, sentence: str) -> None:
        if not right:
            self.outcome.faults.append(sentence)

    def migrate(self, held: Catalog, after: Catalog, renames: Sequence[c.Rename]) -> None:
        steps = steps_between(held, after, self.dialect, tuple(renames))
        self.outcome.text = script(steps)
        real = self.real(steps)
        lives = kept(held, after, renames, self.dialect)
        values = values_renamed(renames)

        def old_rows() -> dict[str, Counter[str]]:
            return {
                new: self.bag(
                    old, list(columns.values()), _enum_places(after, new, list(columns), renames), values
                )
                for new, (old, columns) in lives.items()
            }

        was = old_rows()
        self.outcome.rows = sum(sum(each.values()) for each in was.values())
        try:
            apply(self.database, self.dialect, self.outcome.text)
        except (DriverError, MigrationError) as error:
            self.outcome.ended = "refused"
            self.check(bool(real), f"it failed unforeseen: {error}")
            self.check(
                self.database.run(self.dialect.introspect(), False) == held, "a failure left something behind"
            )
            self.check(old_rows() == was, "a failure cost rows")
            return
        self.outcome.ended = "carried"
        impossible = {
            code for severity, code in real if severity == HazardSeverity.UNEXECUTABLE
        } - self.untold
        self.check(not impossible, f"it worked though it was called impossible: {impossible}")
        now = self.database.run(self.dialect.introspect(), False)
        self.check(not diff(now, after), f"the end is not what was wanted: {diff(now, after)}")
        self.check(not diff(after, now), f"the end is more than was wanted: {diff(after, now)}")
        for new, (_, columns) in lives.items():
            found = self.bag(new, list(columns), [], {})
            self.check(
                found == was[new],
                f"rows of {new} {list(columns)}: {was[new] - found} became {found - was[new]}",
            )

    def real(self, steps: Sequence[Step]) -> set[tuple[str, str]]:
        """Severity and code of the hazards that the rows make real."""
        found = [hazard for step in steps for hazard in step.hazards]
        self.untold = {each.code.value for each in found if each.probe and self.count(each.probe) is None}
        return {
            (hazard.severity.value, hazard.code.value)
            for hazard in found
            if hazard.probe is None or self.count(hazard.probe) != 0
        }

    def count(self, probe: Statement) -> int | None:
        """The number of rows in doubt; None where an older server cannot tell."""
        try:
            ((count,),) = self.database.run(ask(probe), False).rows
        except DriverError as error:
            if "pg_input_is_valid" not in error.message:
                raise
            return None
        return int(count)

    def bag(
        self, table: str, columns: list[str], places: list[int], values: Mapping[str, str]
    ) -> Counter[str]:
        names = quote_all(columns) if columns else "1"
        found: list[Row] = self.database.run(rows(f"SELECT {names} FROM {quote(table)}"), False)
        return bag(found, places, values)


def _enum_places(after: Catalog, table: str, columns: list[str], renames: Sequence[c.Rename]) -> list[int]:
    """The places of the columns whose values are an enum's."""
    rewritten = {(each.table.name, each.column) for each in renames if isinstance(each, c.RewriteValue)}
    held = next(each for each in after.tables if each.name == table)
    return [
        place
        for place, name in enumerate(columns)
        if (table, name) in rewritten or ((column := held.column(name)) is not None and column.type.enum)
    ]
