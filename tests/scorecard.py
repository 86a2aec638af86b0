"""The scorecard: which test proved which feature, on which database. `pytest --scorecard` writes `docs/scorecard.md`.

A test says what it proves with `@pytest.mark.proves(area, feature)`; `only="sqlite"` says that the feature does not
concern the other databases. The database is read from the parameters of the test or from its fixtures; `on=("sqlite",
"postgresql")` names those that a test speaks to by itself.
With `--collect-only` the page is not written but compared with the features that were collected.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path("docs/scorecard.md")
AREAS = (
    "Schema",
    "Databases",
    "Migrations",
    "Client",
    "Command line",
    "Operations",
    "Editor",
    "Control Center",
    "Draft Orders",
    "Shop Dashboard",
    "Audit Platform",
)
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NO_DATABASE = "none"
MODES = {
    "blocking": "blocking",
    "sync": "blocking",
    "async": "async",
    "awaited": "async",
    "awaiting": "async",
}
FIXTURES = {"sqlite_url": "sqlite", "postgres_url": "postgresql"}
SHOWN_TESTS = 3

HEAD = """\
# Scorecard

What works, per database, and the test that proved it. Written by `make docs` from a run of the whole suite: *proved* means
that every test named for the line ran and passed, *not proved* that none did or one failed, *n.a.* that the feature does
not concern the database. The last column but one is for what needs no database at all.
"""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One test's word for one feature: where it holds, and how it was driven (blocking, async or not said)."""

    area: str
    feature: str
    only: str
    database: str
    mode: str
    test: str


Claims = dict[Claim, set[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--scorecard`."""
    parser.addoption(
        "--scorecard", action="store_true", help=f"write {PAGE}; with --collect-only, compare it"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a partial run; in the process that reports, gather outcomes."""
    if not config.option.scorecard or hasattr(config, "workerinput"):
        return
    narrowed = config.option.keyword or config.option.markexpr
    if narrowed or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        raise pytest.UsageError("--scorecard speaks of the whole suite: leave out -k, -m and paths")
    config.pluginmanager.register(Scorecard(config))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the reports of marked tests carry their claims, so that they cross to xdist's controller."""
    for item in items:
        item.user_properties += [("proves", list(claim_fields(claim))) for claim in claims_of(item)]


def claims_of(item: pytest.Item) -> Iterator[Claim]:
    """What one test claims."""
    words = re.split(r"[^a-z]+", (getattr(item, "callspec", None) and item.callspec.id) or "")  # type: ignore[attr-defined]
    fixtures = [FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in FIXTURES]
    databases = [word for word in words if word in DATABASES] or fixtures or [NO_DATABASE]
    mode = next((MODES[word] for word in words if word in MODES), "")
    for mark in item.iter_markers("proves"):
        area, feature = mark.args
        if area not in AREAS:
            raise pytest.UsageError(
                f"{item.nodeid}: there is no area {area!r} on the scorecard, but {', '.join(AREAS)}"
            )
        for database in mark.kwargs.get("on", databases):
            yield Claim(
                area, feature, mark.kwargs.get("only", ""), database, mode, item.nodeid.partition("[")[0]
            )


def claim_fields(claim: Claim) -> tuple[str, ...]:
    """A claim as plain strings, in the order of its fields."""
    return (claim.area, claim.feature, claim.only, claim.database, claim.mode, claim.test)


class Scorecard:
    """Gathers claims and outcomes, and writes or compares the page."""

    def __init__(self, config: pytest.Config) -> None:
        self.path = config.rootpath / PAGE
        self.compare_only = bool(config.option.collectonly)
        self.claims: Claims = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what became of each claim; a set-up that passed says nothing yet."""
        if report.when == "call" or not report.passed:
            for name, fields in report.user_properties:
                if name == "proves":
                    self.claims[Claim(*fields)].add(report.outcome)  # type: ignore[misc]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Compare the page's features with the collected ones."""
        if not self.compare_only:
            return
        collected = {(claim.area, claim.feature) for item in session.items for claim in claims_of(item)}
        written = features_on(self.path.read_text()) if self.path.exists() else set()
        if collected != written:
            lines = [f"+ {area}: {feature}" for area, feature in sorted(collected - written)]
            lines += [f"- {area}: {feature}" for area, feature in sorted(written - collected)]
            raise pytest.UsageError("\n".join([f"{PAGE} is out of date: make docs", *lines]))

    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        if not self.compare_only:
            self.path.write_text(page(self.claims))


def features_on(text: str) -> set[tuple[str, str]]:
    """The areas and features that a written page lists."""
    found: set[tuple[str, str]] = set()
    area = ""
    for line in text.splitlines():
        if line.startswith("## "):
            area = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| Feature"):
            found.add((area, line.split(" | ")[0].removeprefix("| ")))
    return found


def page(claims: Claims) -> str:
    """The whole page: a table for each area, a line for each feature."""
    by_area: dict[str, dict[str, Claims]] = defaultdict(lambda: defaultdict(dict))
    for claim, outcomes in claims.items():
        by_area[claim.area][claim.feature][claim] = outcomes
    tables = [table(area, by_area[area]) for area in AREAS if area in by_area]
    return "\n".join([HEAD, *tables])


def table(area: str, features: dict[str, Claims]) -> str:
    """The lines of one area."""
    columns = ["Feature", *DATABASES.values(), "No database", "Proved by"]
    lines = [f"## {area}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for feature, claims in sorted(features.items()):
        cells = [cell(claims, database) for database in (*DATABASES, NO_DATABASE)]
        lines.append("| " + " | ".join([feature, *cells, tests(claims)]) + " |")
    return "\n".join([*lines, ""])


def cell(claims: Claims, database: str) -> str:
    """What is known of a feature on one database."""
    here = {
        claim: outcomes
        for claim, outcomes in claims.items()
        if database in (claim.database, claim.only) and claim.only in ("", database)
    }
    if not here:
        return "not proved" if concerns(claims, database) else "n.a."
    outcomes = set[str]().union(*here.values())
    if "passed" not in outcomes or "failed" in outcomes:
        return "not proved"
    modes = sorted({claim.mode for claim in here} - {""}, reverse=True)
    return "proved" + (f" ({', '.join(modes)})" if modes else "")


def concerns(claims: Iterable[Claim], database: str) -> bool:
    """Whether a feature that has no test on a database ought to have one."""
    on_databases = any(claim.database != NO_DATABASE for claim in claims)
    elsewhere = any(claim.only not in ("", database) for claim in claims)
    return database != NO_DATABASE and on_databases and not elsewhere


def tests(claims: Iterable[Claim]) -> str:
    """The tests of a feature, the first few by name."""
    names = sorted({claim.test for claim in claims})
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN_TESTS])
    return shown + (f" and {len(names) - SHOWN_TESTS} more" if len(names) > SHOWN_TESTS else "")
