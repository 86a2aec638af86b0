"""Where values of encrypted fields stand among the parameters of statements, so that nobody shows them."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.client.witness import HIDDEN, params_of
from nicol.query.engine import Engine
from nicol.sealing.keys import KEYS, Key, KeyRing, SpelledKeys
from nicol.sql.program import Result
from tests.query.blog import engine

SCHEMA = """
model Patient {
  id    Int    @id
  name  String
  /// @nicol.encrypted(mode: deterministic)
  card  String @unique
  /// @nicol.encrypted
  notes String?
}
"""
SECRET = "s3cret"

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("find_first", {"where": {"card": SECRET}}),
    ("find_many", {"where": {"name": "open", "card": {"in": [SECRET]}}}),
    ("create", {"data": {"id": 1, "name": "open", "card": SECRET, "notes": SECRET}}),
    ("create_many", {"data": [{"id": 1, "name": "open", "card": SECRET}]}),
    ("update", {"where": {"id": 1}, "data": {"name": "open", "notes": SECRET}}),
    ("update_many", {"where": {"card": SECRET}, "data": {"name": "open"}}),
    ("upsert", {"where": {"id": 1}, "create": {"id": 1, "name": "open", "card": SECRET}, "update": {"notes": SECRET}}),
    ("upsert_many_and_return", {"data": [{"id": 1, "name": "open", "card": SECRET}], "key": "id"}),
    ("update_each", {"data": [{"id": 1, "card": SECRET, "name": "open"}], "key": "id"}),
]  # fmt: skip


KEY = Key("key", bytes(32)).spelled()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def clinic(request: pytest.FixtureRequest) -> Engine:
    """An engine of each database; nothing is said to one."""
    return engine(SCHEMA, request.param, KeyRing(SpelledKeys({KEYS: KEY}.get)))


@pytest.mark.parametrize(
    ("operation", "arguments"), CALLS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_encrypted_values_are_shown_to_nobody(
    clinic: Engine, operation: str, arguments: dict[str, Any]
) -> None:
    plan, values = clinic.plan("Patient", operation, arguments)
    program, shown = plan.program(values), list[str]()
    try:
        command = next(program)
        while True:
            shown.append(repr(params_of(command, clinic.hidden)))
            command = program.send(Result([], 1))
    except (StopIteration, Exception):  # noqa: BLE001 - answers that no database would give end it anyhow
        pass
    assert SECRET not in "".join(shown)
    assert HIDDEN in "".join(shown)
    assert "open" in "".join(shown) or operation not in ("create", "create_many", "update")
