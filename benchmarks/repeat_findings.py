"""The lineages of all repeat findings of a tenant, from a thousand observations to 10,000, on both databases."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Call, measure, micro, show
from benchmarks.stage import databases

EXAMPLE = Path(__file__).parent.parent / "examples" / "audit_platform"
NICOL = Path(sys.executable).with_name("nicol")


def main(*, quick: bool = False) -> None:
    """Measure the report's one statement beside a plain read of all rows, and the finding with the longest lineage."""
    _nicol("generate", url="file:unused.db")
    lines: dict[str, list[list[str]]] = {}
    for observations in (1_000,) if quick else (1_000, 10_000):
        with databases() as urls:
            for name, url in urls.items():
                with _tenant(url, observations) as calls:
                    _, report, one = measure(calls, rounds=9)
                line = [f"{observations:,}", micro(report.seconds), f"{report.ratio:.2f}", micro(one.seconds)]
                lines.setdefault(name, []).append(line)
    for name, found in lines.items():
        columns = ("observations", "all lineages", "times a plain read of all", "the longest lineage")
        show(f"Repeat findings on {name}", columns, found)


@contextmanager
def _tenant(url: str, observations: int) -> Generator[dict[str, Call]]:
    """What is measured, for a tenant of the seed with so many observations."""
    from audit_platform.observations import get_repeat_findings, observation_with_lineage
    from audit_platform.seed import seed
    from audit_platform.tenancy import Platform

    _nicol("migrate", "deploy", url=url)
    with asyncio.Runner() as runner:
        db = runner.run(_filled(Platform(url=url), seed, observations))
        first = runner.run(db.tenant.find_first_or_raise(order={"name": "asc"}))
        mine = db.for_tenant(first.id)
        longest = runner.run(get_repeat_findings(mine))[0].newest.id
        yield {
            "everything": lambda: runner.run(mine.observation.find_many()),
            "report": lambda: runner.run(get_repeat_findings(mine)),
            "one": lambda: runner.run(observation_with_lineage(mine, longest)),
        }
        runner.run(db.disconnect())


async def _filled(db: Any, seed: Any, observations: int) -> Any:
    await db.connect()
    async with db.tx(timeout=900) as tx:
        await seed(tx, observations)
    await db.execute_raw("ANALYZE")
    return db


def _nicol(*arguments: str, url: str) -> None:
    subprocess.run(
        [NICOL, *arguments],
        cwd=EXAMPLE,
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
