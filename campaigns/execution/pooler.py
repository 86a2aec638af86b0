"""A PgBouncer in transaction mode in front of a server, where Debian's package is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

_SETTINGS = """\
[databases]
* = host={host} port=5432 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 6
max_client_conn = 300
server_check_query =
{user}
"""


@contextmanager
def pooled(server: str) -> Iterator[str]:
    """The URL of the database `postgres` through a pooler that lives as long as the block."""
    assert PROGRAM is not None
    host = parse_qs(urlsplit(server).query)["host"][0]
    owner = pwd.getpwuid(Path(host).stat().st_uid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="nicol-pooler-"))
    user = f"user = {owner.pw_name}" if os.getuid() == 0 else ""
    settings = folder / "pgbouncer.ini"
    settings.write_text(_SETTINGS.format(host=host, port=port, user=user))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    os.chown(settings, owner.pw_uid, owner.pw_gid)
    process = subprocess.Popen(
        [PROGRAM, "-q", str(settings)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"pgbouncer ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("pgbouncer does not listen")
