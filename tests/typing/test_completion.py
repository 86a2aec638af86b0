"""What an editor offers inside of nested dictionaries, asked of pyright's language server, and that large schemas are read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.generated import schema_of, write_package

ROOT = Path(__file__).parents[2]
SERVER = Path(sys.executable).parent / "pyright-langserver"

COMPLETED = {
    'db.user.find_many(where={"': {"email", "posts", "AND", "manager"},
    'db.user.find_many(where={"posts": {"': {"some", "every", "none"},
    'db.user.find_many(where={"posts": {"some": {"': {"title", "author", "OR"},
    'db.user.find_many(where={"email": {"': {"contains", "startswith", "not_in"},
    'db.post.find_many(include={"comments": {"': {"where", "take", "order", "include"},
    'db.user.create(data={"email": "x", "posts": {"create": {"': {"title", "comments"},
    'db.user.find_unique(where={"': {"id", "email"},
    'db.user.delete_many(where={"': {"email", "NOT"},
}


_SETTINGS = {"python": {"pythonPath": sys.executable, "analysis": {"extraPaths": [str(ROOT / "src")]}}}


class _Server:
    """A language server that is asked one thing after the other."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = 0
        self._root = folder.as_uri()
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": self._root,
                "workspaceFolders": [{"uri": self._root, "name": "completed"}],
                "capabilities": {"workspace": {"configuration": True}},
            },
        )
        self.tell("initialized", {})

    def tell(self, method: str, params: Any, **more: Any) -> None:
        """Say something that is not answered."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        """Ask, and wait for the answer; what the server asks meanwhile is answered with nothing."""
        self._number += 1
        self.tell(method, params, id=self._number)
        while True:
            told = self._read()
            if told.get("id") == self._number and "method" not in told:
                return told.get("result")
            if "id" in told and "method" in told:
                items = told["params"].get("items", []) if isinstance(told.get("params"), dict) else []
                self._answer(told["id"], [_SETTINGS.get(each.get("section"), {}) for each in items] or None)

    def completions(self, start: str) -> set[str]:
        """What is offered between the quotes at the end of a text, which an editor has closed as it closes all brackets."""
        closing = {"{": "}", "[": "]", "(": ")"}
        opened = [character for character in start if character in closing or character in closing.values()]
        stack: list[str] = []
        for character in opened:
            if character in closing:
                stack.append(closing[character])
            else:
                stack.pop()
        text = start + '"' + "".join(reversed(stack)) + "\n"
        uri = f"{self._root}/calls_{self._number}.py"
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        lines = start.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        found = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"].strip("\"'") for item in items}

    def close(self) -> None:
        """End it, with its pipes."""
        self._process.kill()
        self._process.communicate()

    def _answer(self, number: Any, result: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            assert line or self._process.poll() is None, "the language server ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        found: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[_Server]:
    """A server that sees a generated client."""
    if not SERVER.exists() and shutil.which("pyright-langserver") is None:
        pytest.skip("pyright's language server is not here")
    schema = (ROOT / "tests/contract/schema.prisma").read_text("utf-8")
    write_package(schema_of(schema), tmp_path, "completed_db", portable=True)
    _configure(tmp_path)
    found = _Server(tmp_path)
    yield found
    found.close()


def _configure(folder: Path) -> None:
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": [str(ROOT / "src")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))


@pytest.mark.slow
@pytest.mark.proves("Client", "editors complete the keys of nested dictionaries")
def test_keys_are_offered_inside_nested_dictionaries(server: _Server) -> None:
    head = "from completed_db import Client\ndb = Client()\n"
    missing = {call: wanted - server.completions(head + call) for call, wanted in COMPLETED.items()}
    assert {call: keys for call, keys in missing.items() if keys} == {}


_RING = """
model M{n} {{
  id     Int    @id @default(autoincrement())
  code   String @unique
  next   M{next}   @relation("r{n}", fields: [nextId], references: [id])
  nextId Int
  back   M{back}[] @relation("r{back}")
}}
"""


@pytest.mark.slow
@pytest.mark.proves("Client", "a client of a hundred models that lead to each other is read by pyright")
def test_pyright_reads_a_hundred_models_in_a_ring(tmp_path: Path) -> None:
    models = "".join(_RING.format(n=n, next=(n + 1) % 100, back=(n - 1) % 100) for n in range(100))
    write_package(schema_of(models), tmp_path, "ring_db", portable=True)
    _configure(tmp_path)
    right = 'db.m1.create(data={"code": "x", "next": {"create": {"code": "y", "nextId": 1}}})\n'
    wrong = 'db.m1.find_many(where={"next": {"next": {"cod": "x"}}})\n'
    (tmp_path / "calls.py").write_text(f"from ring_db import Client\ndb = Client()\n{right}{wrong}")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "calls.py"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    report = json.loads(found.stdout)["generalDiagnostics"]
    assert [each["range"]["start"]["line"] for each in report if each["severity"] == "error"] == [3]


def _clique(count: int) -> str:
    """Models that have each other as relations to one row, each of them all the others."""
    lines: list[str] = []
    for n in range(count):
        lines += [f"model M{n} {{", "id Int @id"]
        for other in (other for other in range(count) if other != n):
            lines += [
                f'to{other} M{other} @relation("r{n}_{other}", fields: [to{other}Id], references: [id])',
                f"to{other}Id Int",
                f'of{other} M{other}[] @relation("r{other}_{n}")',
            ]
        lines.append("}")
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.proves("Client", "a client of models that all have each other as relations is read by mypy")
def test_mypy_reads_ten_models_that_have_each_other_as_relations(tmp_path: Path) -> None:
    write_package(schema_of(_clique(10)), tmp_path, "clique_db", portable=True)
    right = 'db.m1.group_by(by={"to2": {"to3": "to1Id"}})\n'
    wrong = 'db.m1.group_by(by={"to2": {"to3": "to3Id"}})\n'
    (tmp_path / "calls.py").write_text(f"from clique_db import Client\ndb = Client()\n{right}{wrong}")
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "calls.py"]
    environment = {"MYPYPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    report = [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")]
    assert [each["line"] for each in report if each["severity"] == "error"] == [4]
