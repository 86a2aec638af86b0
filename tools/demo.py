"""`make demo`: every example on SQLite, their data in `.demo/`. Becomes the server, so that Ctrl-C ends all."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".demo"
NICOL = Path(sys.executable).with_name("nicol")
HOST = "127.0.0.1"
FIRST_PORT, PORTS = 8000, 100


@dataclass(frozen=True)
class Example:
    """A folder of `examples/`. `databases`: its other configurations, each with the variable that names its database."""

    folder: str
    title: str
    about: str
    databases: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """Where its data and its project lie."""
        variables = {"DATABASE_URL": self.folder, **{variable: config for config, variable in self.databases}}
        data = {name: f"file:{DATA / Path(file).with_suffix('.db').name}" for name, file in variables.items()}
        return {**data, "PROJECT": str(ROOT / "examples" / self.folder)}


EXAMPLES = (
    Example(
        "control_center",
        "Operator Control Center",
        "Facts as tiles, proposals to approve, and an audit trail that nobody can change.",
        (("memory.toml", "MEMORY_DATABASE_URL"),),
    ),
    Example(
        "shop_dashboard",
        "Shop Dashboard",
        "What a merchant has to know and to decide: key figures, flagged orders, an inbox with drafts, stock and purchases.",
    ),
    Example(
        "draft_orders",
        "Draft Orders",
        "Custom sizes priced by a matrix, and every draft order that Shopify made of them, counted exactly.",
    ),
    Example(
        "audit_platform",
        "Audit Platform",
        "Engagements and their progress, trends with their gaps, and what audits found again; many tenants, kept apart.",
    ),
)


def main() -> None:
    """Bring all databases up to date, seed each once, and serve."""
    DATA.mkdir(exist_ok=True)
    os.environ.setdefault("NICOL_KEYS", keys())
    for example in EXAMPLES:
        prepare(example)
    ports = free_ports(int(os.environ.get("PORT") or FIRST_PORT), len(EXAMPLES) + 1)
    print(
        f"\nThe examples of Nicol: http://{HOST}:{ports[0]}\n  data: {DATA}\n  Ctrl-C ends it\n", flush=True
    )
    serve = [sys.executable, str(Path(__file__).with_name("serve.py")), *map(str, ports)]
    os.execve(sys.executable, serve, dict(os.environ))


def keys() -> str:
    """The key of encrypted fields: made once, and kept beside the data, as nobody should who has something to hide."""
    kept = DATA / "keys"
    if not kept.exists():
        kept.write_text(subprocess.check_output([NICOL, "secrets", "key"], text=True))
    return kept.read_text()


def prepare(example: Example) -> None:
    """Write the clients of an example, bring its databases up to date, and seed them if nobody has."""
    print(f"# examples/{example.folder}", flush=True)
    for project in ((), *(("--config", config) for config, _ in example.databases)):
        nicol(example, "generate", *project)
        nicol(example, "migrate", "deploy", *project)
    seeded = DATA / f"{example.folder}.seeded"
    if not seeded.exists():
        nicol(example, "db", "seed")
        seeded.touch()


def nicol(example: Example, *arguments: str) -> None:
    """Run one command of Nicol in an example's folder; its own message is enough when it fails."""
    print("$ nicol", *arguments, flush=True)
    run = subprocess.run(
        [NICOL, *arguments],
        check=False,
        cwd=ROOT / "examples" / example.folder,
        env={**os.environ, **example.environment},
        stdin=subprocess.DEVNULL,
    )
    if run.returncode:
        sys.exit(run.returncode)


def free_ports(first: int, count: int) -> list[int]:
    """The first ports from a number on that nobody listens on."""
    found = [port for port in range(first, min(first + PORTS, 65536)) if is_free(port)][:count]
    if len(found) < count:
        sys.exit(
            f"From {first} on, {count} ports are not free.\n  help: name another beginning: make demo PORT=9000"
        )
    return found


def is_free(port: int) -> bool:
    """Whether a server could listen on a port."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main()
