"""`python -m benchmarks [--quick] [--json] [name…]`: run the benchmarks of these names, or all of them."""

from __future__ import annotations

import argparse

from benchmarks import (
    backups,
    catalogs,
    client,
    client_writes,
    drivers,
    import_time,
    language,
    moving,
    newest_fact,
    repeat_findings,
    retention,
    rotation,
    shop_overview,
    streaming,
)

BENCHMARKS = {
    "backups": backups.main,
    "catalogs": catalogs.main,
    "client": client.main,
    "client_writes": client_writes.main,
    "drivers": drivers.main,
    "import_time": import_time.main,
    "language": language.main,
    "moving": moving.main,
    "newest_fact": newest_fact.main,
    "streaming": streaming.main,
    "retention": retention.main,
    "rotation": rotation.main,
    "repeat_findings": repeat_findings.main,
    "shop_overview": shop_overview.main,
}


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*BENCHMARKS, []], metavar="name", help=", ".join(BENCHMARKS)
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes")
    parser.add_argument(
        "--json", action="store_true", help="the figures of `client` for machines, and nothing else"
    )
    given = parser.parse_args()
    if given.json:
        client.main(quick=given.quick, as_json=True)
        return
    for name in given.names or BENCHMARKS:
        BENCHMARKS[name](quick=given.quick)


if __name__ == "__main__":
    main()
