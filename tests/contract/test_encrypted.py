"""Encrypted fields: what the client writes in any way it reads back in any way, and the database holds nothing of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from nicol.drivers.database import open_database
from nicol.errors import ClientError, ConfigurationError, QueryInvalid, UniqueViolation, ValueInvalid
from nicol.schema.schema import Schema
from nicol.sealing.keys import Key, SpelledKeys
from nicol.sql.program import Statement, rows
from tests.canary import planted, planted_key
from tests.contract.conftest import Target
from tests.contract.generated import import_package, push, schema_of, write_package

pytestmark = pytest.mark.timeout(120)

PROVES = pytest.mark.proves("Client", "encrypted fields in every write and read (`@nicol.encrypted`)")
SEARCHED = pytest.mark.proves(
    "Client", "encrypted values are found by a blind index or deterministic encryption, under every key"
)
BOUND = pytest.mark.proves("Client", "an encrypted value that was moved to another row or field is refused")


class Keys:
    """A provider whose keys a test turns over."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def keys(self) -> Sequence[Key]:
        return [Key(name, planted_key(name)) for name in self.names]

    def index_keys(self) -> Sequence[Key]:
        return [Key("index", planted_key("index"))]


@pytest.fixture(scope="module")
def schema() -> Schema:
    return schema_of((Path(__file__).parent / "encrypted.prisma").read_text("utf-8"))


@pytest.fixture(scope="module")
def package(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("encrypted")
    write_package(schema, folder, "contract_encrypted", portable=True)
    return import_package(folder, "contract_encrypted")


@pytest.fixture(scope="module")
def sqlite_encrypted(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"file:{tmp_path_factory.mktemp('encrypted') / 'held.db'}"
    push(schema, url, portable=True)
    return url


@pytest.fixture(scope="module")
def postgresql_encrypted(
    schema: Schema,
    postgres_server: Callable[[str], str],
    _postgres_administration: Callable[[str], None],
) -> Iterator[str]:
    _postgres_administration("CREATE DATABASE encrypted TEMPLATE template0")
    url = postgres_server("encrypted")
    push(schema, url, portable=True)
    yield url
    _postgres_administration("DROP DATABASE IF EXISTS encrypted WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, package: Any) -> Target:
    """Each database in turn."""
    return Target(request.getfixturevalue(f"{request.param}_encrypted"), package, exact=True)


@pytest.fixture
def keys() -> Keys:
    return Keys("one")


@pytest.fixture
def db(open_client: Callable[..., Any], keys: Keys) -> Any:
    client = open_client(keys=keys)
    for table in ("vault", "account", "store"):
        getattr(client, table).delete_many()
    return client


SECRETS = tuple(planted(each) for each in ("token", "note", "file", "name", "tax", "mail", "badge"))
WHOLE: dict[str, Any] = {
    "token": SECRETS[0],
    "note": SECRETS[1],
    "file": SECRETS[2].encode(),
    "profile": {"name": SECRETS[3], "list": [1, None, 2.5]},
    "tax": SECRETS[4],
    "stamp": b"\x00\xff" + planted("stamp").encode(),
    "mail": SECRETS[5],
    "badge": SECRETS[6].encode(),
}
NULL = {name: None for name in WHOLE if name != "token"}


def held(target: Target, table: str = "Account") -> list[tuple[Any, ...]]:
    """The rows of a table as they lie in the database."""
    with open_database(target.url) as database:
        return list(database.run(rows(f'SELECT * FROM "{table}"'), write=False))


def say(target: Target, sql: str) -> None:
    with open_database(target.url) as database:
        database.run(_one(sql), write=True)


def _one(sql: str) -> Any:
    yield Statement(sql)


def shown(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in WHOLE}


def create(db: Any) -> None:
    assert shown(db.account.create(data={"id": 1, **WHOLE})) == WHOLE


def create_nested(db: Any) -> None:
    store = db.store.create(
        data={"name": "a", "accounts": {"create": [{"id": 1, **WHOLE}]}}, include={"accounts": True}
    )
    assert shown(store.accounts[0]) == WHOLE


def create_two_nested(db: Any) -> None:
    db.store.create(data={"name": "a", "accounts": {"create": [{"id": 1, **WHOLE}, {"id": 2, "token": "x"}]}})


def create_many(db: Any) -> None:
    db.account.create_many(
        data=[{"id": 1, **WHOLE}, {"id": 2, "token": "x", "note": None}, {"id": 3, "token": "y"}]
    )


def create_many_and_return(db: Any) -> None:
    (one,) = db.account.create_many_and_return(data=[{"id": 1, **WHOLE}])
    assert shown(one) == WHOLE


def update_by_id(db: Any) -> None:
    db.account.create(data={"id": 1, "token": "x"})
    assert shown(db.account.update(where={"id": 1}, data=WHOLE)) == WHOLE


def update_by_another_key(db: Any) -> None:
    db.store.create(data={"name": "a", "vault": {"create": {"shelf": 7, "slot": _SLOT, "content": "x"}}})
    db.vault.update(where={"storeId": db.store.find_first().id}, data={"content": "y"})
    assert db.vault.find_first().content == "y"
    db.account.create(data={"id": 1, **WHOLE})


def update_nested(db: Any) -> None:
    db.store.create(data={"name": "a", "accounts": {"create": {"id": 1, "token": "x"}}})
    change = {"update": {"where": {"id": 1}, "data": WHOLE}}
    db.store.update(where={"name": "a"}, data={"accounts": change})


def update_the_row_that_is_pointed_at(db: Any) -> None:
    db.account.create(data={"id": 1, **WHOLE, "store": {"create": {"name": "a", "motto": "one"}}})
    assert db.store.find_first().motto == "one"
    for act in (
        {"update": {"motto": "two"}},
        {"upsert": {"create": {"name": "b"}, "update": {"motto": "two"}}},
    ):
        db.store.update_many(where={}, data={"motto": None})
        db.account.update(where={"id": 1}, data={"store": act})
        assert db.store.find_first().motto == "two"


def update_many_nested(db: Any) -> None:
    db.store.create(
        data={"name": "a", "accounts": {"create": [{"id": 1, "token": "x"}, {"id": 2, "token": "x"}]}}
    )
    only = {name: value for name, value in WHOLE.items() if name not in ("tax", "mail")}
    db.store.update(where={"name": "a"}, data={"accounts": {"update_many": {"where": {}, "data": only}}})
    assert [each.token for each in db.account.find_many()] == [SECRETS[0]] * 2
    db.account.update(where={"id": 1}, data=WHOLE)


def update_many(db: Any) -> None:
    db.account.create_many(data=[{"id": number, "token": "x", "plain": number} for number in range(1, 5)])
    before = db.account.find_unique(where={"id": 1}).changed
    assert db.account.update_many(where={"plain": {"gt": 2}}, data={"note": "n", "plain": 9}) == 2
    assert db.account.update_many(where={}, data={"token": "z"}, limit=3) == 3
    assert sorted(each.token for each in db.account.find_many()).count("z") == 3
    changed = db.account.update_many_and_return(where={}, data={"token": "q"})
    assert [each.token for each in changed] == ["q"] * 4
    assert db.account.find_unique(where={"id": 1}).changed >= before
    assert db.account.update_many(where={"plain": 77}, data={"token": "n"}) == 0
    db.account.update_many(where={"id": 1}, data=WHOLE)


def update_each(db: Any) -> None:
    db.account.create_many(data=[{"id": 1, "token": "x"}, {"id": 2, "token": "x"}])
    db.account.update_each(key="id", data=[{"id": 1, **WHOLE}, {"id": 2, "note": "n"}])
    assert db.account.find_unique(where={"id": 2}).note == "n"


def upsert(db: Any) -> None:
    for data in ({"token": "x"}, WHOLE):
        db.account.upsert(where={"id": 1}, create={"id": 1, "token": "new", **data}, update=data)
    db.account.upsert(where={"id": 1}, create={"id": 1, **WHOLE}, update={"note": "other"})
    db.account.upsert(where={"id": 1}, create={"id": 1, **WHOLE}, update=WHOLE)


def upsert_by_another_key(db: Any) -> None:
    update_by_another_key(db)
    where = {"storeId": db.store.find_first().id}
    new = {"shelf": 1, "slot": _SLOT, "storeId": where["storeId"], "content": "n"}
    db.vault.upsert(where=where, create=new, update={"content": "z"})
    assert db.vault.find_first().content == "z"


def upsert_many(db: Any) -> None:
    db.account.create(data={"id": 1, "token": "x"})
    db.account.upsert_many(key="id", data=[{"id": 1, **WHOLE}, {"id": 2, "token": "y"}])


def connect_or_create(db: Any) -> None:
    each = {"where": {"id": 1}, "create": {"id": 1, **WHOLE}}
    db.store.create(data={"name": "a", "accounts": {"connect_or_create": [each]}})


_SLOT = "0F8FAD5B-D9CB-469F-A165-70867728950E"
WAYS = (
    create,
    create_nested,
    create_two_nested,
    create_many,
    create_many_and_return,
    update_by_id,
    update_by_another_key,
    update_nested,
    update_the_row_that_is_pointed_at,
    update_many_nested,
    update_many,
    update_each,
    upsert,
    upsert_by_another_key,
    upsert_many,
    connect_or_create,
)


@pytest.mark.proves("Schema", "what is declared to be encrypted is never stored plain")
@PROVES
@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
def test_what_is_written_in_any_way_is_read_in_any_way_and_held_by_nobody(
    db: Any, target: Target, write: Callable[[Any], None]
) -> None:
    write(db)
    where = {"id": 1}
    assert shown(db.account.find_unique(where=where)) == WHOLE
    assert shown(db.account.find_many(where=where)[0]) == WHOLE
    assert db.account.find_first(where=where, select={"token": True}).token == SECRETS[0]
    assert [each.note for each in db.account.stream(where=where, select={"note": True})] == [SECRETS[1]]
    assert (
        shown(db.query_raw('SELECT * FROM "Account" WHERE id = 1', into=type(db.account.find_first()))[0])
        == WHOLE
    )
    kept = repr([row for table in ("Account", "Vault") for row in held(target, table)])
    assert "Canary" not in kept and all(each not in kept for each in SECRETS)


@PROVES
def test_what_is_included_deleted_or_emptied_is_opened_too(db: Any, target: Target) -> None:
    create_nested(db)
    assert (
        shown(db.store.find_first(include={"accounts": {"select": dict.fromkeys(WHOLE, True)}}).accounts[0])
        == WHOLE
    )
    empty = db.account.update(where={"id": 1}, data=NULL)
    assert shown(empty) == {"token": SECRETS[0], **NULL}
    assert empty.mailDigest is None and empty.badgeDigest is None
    assert db.account.delete(where={"id": 1}).token == SECRETS[0]


@PROVES
def test_the_same_value_never_looks_the_same_twice(db: Any, target: Target) -> None:
    db.account.create_many(data=[{"id": number, "token": "alike"} for number in range(20)])
    assert len({row[2] for row in held(target)}) == 20


@SEARCHED
def test_equal_values_are_found_under_every_key(db: Any, keys: Keys, open_client: Callable[..., Any]) -> None:
    create_many(db)
    db.account.update(where={"id": 2}, data={"tax": "T2", "mail": "m2", "badge": b"b2"})
    turned = open_client(keys=Keys("two", "one"))
    turned.account.update(where={"id": 3}, data={"tax": "T3", "mail": "m3", "badge": b"b3"})

    def found(**where: Any) -> list[int]:
        return sorted(each.id for each in turned.account.find_many(where=where))

    assert found(tax=SECRETS[4]) == found(tax={"equals": SECRETS[4]}) == [1]
    assert found(tax={"in": [SECRETS[4], "T3", "no"]}) == [1, 3]
    assert found(tax={"not": SECRETS[4]}) == found(tax={"not_in": [SECRETS[4]]}) == [2, 3]
    assert found(stamp=WHOLE["stamp"]) == [1]
    assert found(mail=SECRETS[5]) == [1] and found(mail={"in": ["m2", "m3"]}) == [2, 3]
    assert found(badge=b"b3") == [3]
    assert found(note=None) == [2, 3] and found(note={"not": None}) == [1]
    assert found(mail={"not": None}, OR=[{"mail": "m2"}, {"tax": "T3"}]) == [2, 3]
    assert turned.store.find_many(where={"accounts": {"some": {"mail": "m2"}}}) == []


@SEARCHED
def test_deterministic_values_and_blind_indexes_are_unique(db: Any) -> None:
    create(db)
    for field in ("tax", "mail"):
        with pytest.raises(UniqueViolation):
            db.account.create(data={"id": 2, "token": "x", field: WHOLE[field]})


@BOUND
@pytest.mark.parametrize(
    "sql",
    [
        'UPDATE "Account" SET token = (SELECT token FROM "Account" WHERE id = 2) WHERE id = 1',
        'UPDATE "Account" SET token = note WHERE id = 1',
        "UPDATE \"Account\" SET token = 'plain' WHERE id = 1",
        "UPDATE \"Account\" SET token = replace(token, ':one:', ':no:') WHERE id = 1",
        'UPDATE "Account" SET token = substr(token, 1, 24) WHERE id = 1',
        'UPDATE "Account" SET id = 9 WHERE id = 1',
        'UPDATE "Account" SET mail = tax WHERE id = 1',
        'UPDATE "Account" SET tax = token WHERE id = 1',
    ],
)
def test_a_value_of_another_row_or_field_is_refused(db: Any, target: Target, sql: str) -> None:
    create_many(db)
    db.account.delete(where={"id": 3})
    say(target, sql)
    with pytest.raises(ValueInvalid) as told:
        db.account.find_many(order={"id": "desc"})
    assert told.value.code == "P2023"
    assert "plain'" not in str(told.value) and "Canary" not in str(told.value)


@PROVES
@pytest.mark.parametrize(
    "call",
    [
        lambda db: db.account.find_many(where={"token": "x"}),
        lambda db: db.account.find_many(where={"tax": {"contains": "x"}}),
        lambda db: db.account.find_many(where={"tax": {"gt": "x"}}),
        lambda db: db.account.find_many(where={"mail": {"startswith": "x"}}),
        lambda db: db.account.find_many(where={"profile": {"path": ["a"], "equals": 1}}),
        lambda db: db.account.find_many(where={"profile": {"equals": {}}}),
        lambda db: db.account.find_many(order={"tax": "asc"}),
        lambda db: db.account.find_many(distinct=["tax"]),
        lambda db: db.account.group_by(by=["tax"], count=True),
        lambda db: db.account.aggregate(max={"tax": True}),
        lambda db: db.account.find_unique(where={"tax": "x"}),
        lambda db: db.account.create(data={"id": 1, "token": "x", "mailDigest": "x"}),
        lambda db: db.account.update(where={"id": 1}, data={"id": 2}),
        lambda db: db.account.update(where={"id": 1}, data={"token": {"set": "y"}, "id": 2}),
        lambda db: db.vault.update_each(key="id", data=[{"id": "a", "content": "x"}]),
        lambda db: db.vault.upsert_many(key="id", data=[{**_VAULT, "content": "x"}]),
        lambda db: db.account.create(data={"id": 1, "token": 7}),
        lambda db: db.account.create(data={"id": 1, "token": "half \ud800"}),
        lambda db: db.account.create(data={"id": 1, "token": None}),
        lambda db: db.account.create(data={"id": 1, "token": "x", "file": "text"}),
    ],
)
def test_what_cannot_work_is_refused_before_it_is_said(db: Any, call: Callable[[Any], Any]) -> None:
    with pytest.raises((QueryInvalid, ValueInvalid)):
        call(db)


_VAULT = {"id": "a", "shelf": 1, "slot": _SLOT, "storeId": "s"}


@PROVES
def test_without_keys_nothing_is_written_and_the_error_says_what_to_set(
    db: Any, open_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("NICOL_KEYS", "NICOL_INDEX_KEYS"):
        monkeypatch.delenv(variable, raising=False)
    client = open_client(keys=SpelledKeys(os.environ.get))
    assert client.store.create(data={"name": "no secret"}).name == "no secret"
    with pytest.raises(ConfigurationError, match="NICOL_KEYS"):
        client.account.create(data={"id": 1, "token": "x"})
    assert client.account.count() == 0
    monkeypatch.setenv("NICOL_KEYS", Keys("env").keys()[0].spelled())
    assert client.account.create(data={"id": 1, "token": "x"}).token == "x"


@PROVES
def test_values_are_told_to_no_listener(open_client: Callable[..., Any], keys: Keys) -> None:
    told: list[Any] = []
    client = open_client(keys=keys, log_queries=told.append, log_values=True)
    client.account.delete_many()
    create_many(client)
    client.account.update_many(where={"mail": SECRETS[5]}, data={"note": SECRETS[1]})
    client.account.find_many(where={"tax": SECRETS[4]})
    assert told and "Canary" not in repr(told) and "nicol:1:" not in repr([each.params for each in told])


@BOUND
def test_a_value_keeps_the_name_that_the_annotation_gives(db: Any, package: Any) -> None:
    field = package.Client.__nicol_modules__.package.schema.model("Vault").scalar("content")
    assert field.encrypted is not None and field.encrypted.name == "Safe.content"
    update_by_another_key(db)
    assert json.loads(json.dumps(db.vault.find_first().content)) == "y"


def test_errors_of_a_call_name_no_value(db: Any) -> None:
    with pytest.raises(ClientError) as told:
        db.account.create(data={"id": 1, "token": [planted("list")]})
    assert "Canary" not in str(told.value)
