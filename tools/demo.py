"""`make demo`: the Operator Control Center on SQLite, its data in `.demo/`. Becomes the server, so that Ctrl-C ends all."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "control_center"
DATA = ROOT / ".demo"
NICOL = Path(sys.executable).with_name("nicol")
HOST = "127.0.0.1"
FIRST_PORT, PORTS = 8000, 100


def main() -> None:
    """Bring the two databases up to date, seed them once, and serve."""
    DATA.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "DATABASE_URL": f"file:{DATA / 'control_center.db'}",
        "MEMORY_DATABASE_URL": f"file:{DATA / 'memory.db'}",
        "HOST": HOST,
    }
    for project in ((), ("--config", "memory.toml")):
        nicol(environment, "generate", *project)
        nicol(environment, "migrate", "deploy", *project)
    seeded = DATA / "seeded"
    if not seeded.exists():
        nicol(environment, "db", "seed")
        seeded.touch()
    port = free_port(int(os.environ.get("PORT") or FIRST_PORT))
    print(f"\nOperator Control Center: http://{HOST}:{port}\n  data: {DATA}\n  Ctrl-C ends it\n", flush=True)
    os.chdir(EXAMPLE)
    os.execve(sys.executable, [sys.executable, "-m", "control_center"], {**environment, "PORT": str(port)})


def nicol(environment: dict[str, str], *arguments: str) -> None:
    """Run one command of Nicol in the example's folder; its own message is enough when it fails."""
    print("$ nicol", *arguments, flush=True)
    run = subprocess.run(
        [NICOL, *arguments], check=False, cwd=EXAMPLE, env=environment, stdin=subprocess.DEVNULL
    )
    if run.returncode:
        sys.exit(run.returncode)


def free_port(first: int) -> int:
    """The first port from a number on that nobody listens on."""
    for port in range(first, first + PORTS):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind((HOST, port))
            except OSError:
                continue
            return port
    sys.exit(
        f"The ports {first} to {first + PORTS - 1} are all taken.\n  help: name a free one: make demo PORT=9000"
    )


if __name__ == "__main__":
    main()
