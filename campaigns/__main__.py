"""`python -m campaigns NAME [options]`: run one campaign; `python -m campaigns NAME --help` explains it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

CAMPAIGNS = {
    "schema": ("campaigns.schema.campaign", "verdicts and formatting of mutated schemas, beside Prisma's"),
    "kills": (
        "campaigns.execution.kills",
        "kill -9 before and after every statement of every kind of operation",
    ),
    "deployers": (
        "campaigns.execution.deployers",
        "many deployers at once, also when the one that works is stopped",
    ),
    "migrations": ("campaigns.migrations.campaign", "pairs of schemas with rows, migrated on both databases"),
    "backups": ("campaigns.backups", "backups under writers and kills, each restored and counted"),
    "client": ("campaigns.client.campaign", "random calls on random data, as plain Python answers them"),
    "moving": ("campaigns.moving", "a million rows from SQLite to PostgreSQL, killed twice on the way"),
    "timing": ("campaigns.timing", "whether the time of a refusal tells anything about a secret"),
    "writers": (
        "campaigns.transactions.writers",
        "32 writers increment one counter, as threads, tasks and processes",
    ),
    "cuts": ("campaigns.transactions.cuts", "connections that are cut at every message of a transaction"),
    "fuzz": ("campaigns.fuzz", "texts that nobody should write: each is answered, and soon"),
}


def main(arguments: Sequence[str]) -> int:
    """Run the campaign that the command line names; its exit code."""
    if not arguments or arguments[0] not in CAMPAIGNS:
        print(f"{__doc__}\n")
        for name, (_, meaning) in CAMPAIGNS.items():
            print(f"  {name:10} {meaning}")
        return 0 if not arguments or arguments[0] in {"-h", "--help"} else 2
    module, _ = CAMPAIGNS[arguments[0]]
    run: Callable[[Sequence[str]], int] = import_module(module).main
    return run(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
