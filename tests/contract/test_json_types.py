"""Json fields that hold a type of the program's own (`@nicol.json`), in every way that rows are written and read."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
import pytest
from pydantic import TypeAdapter, ValidationError

from nicol.client import JsonMerge, JsonNull, JsonRemove, JsonSet
from nicol.errors import ConfigurationError, ValueInvalid
from tests.contract.conftest import Target
from tests.contract.generated import import_package, push, schema_of, write_package
from tests.contract.json_held import Address, Card, Node, Point, Size

pytestmark = pytest.mark.timeout(120)

PROVES = pytest.mark.proves(
    "Client",
    "typed Json fields hold dataclasses, typed dictionaries and tuples, structs and pydantic models (`@nicol.json`)",
)

_HELD = "tests.contract.json_held"
SCHEMA = f"""
datasource db {{
  provider = "postgresql"
}}

generator client {{
  provider = "nicol"
  output   = "db"
}}

model Shop {{
  id      Int    @id
  address Json?  /// @nicol.json({_HELD}.Address)
  card    Json?  /// @nicol.json({_HELD}.Card)
  size    Json?  /// @nicol.json({_HELD}.Size)
  point   Json   @default("[0, 0]") /// @nicol.json({_HELD}.Point)
  tree    Json?  /// @nicol.json({_HELD}.Node)
  sizes   Json?  /// @nicol.json({_HELD}.Sizes)
  cards   Json?  /// @nicol.json({_HELD}.Cards)
  parentId Int?
  parent  Shop?  @relation("of", fields: [parentId], references: [id])
  parts   Shop[] @relation("of")
}}

model Lists {{
  id        Int    @id
  addresses Json[] /// @nicol.json({_HELD}.Address)
}}

model Lost {{
  id   Int   @id
  json Json? /// @nicol.json(tests.contract.no_such.Thing)
  name Json? /// @nicol.json({_HELD}.Nothing)
  kind Json? /// @nicol.json({_HELD}.Ticket)
}}
"""


@dataclass
class Same:
    """What is read as it is."""

    address: Address | None


@dataclass
class Other:
    """What is read as something else."""

    size: dict[str, Any] | None
    address: dict[str, Any] | None


ADDRESS = Address("Bonn", since=date(2020, 1, 2), tags=["a"])
CARD = Card(heldBy="Ada", until=date(2030, 1, 1))
HELD: dict[str, tuple[Any, Any]] = {
    "address": (ADDRESS, {"city": "Bonn", "since": "2020-01-02", "tags": ["a"]}),
    "card": (CARD, {"heldBy": "Ada", "until": "2030-01-01", "limit": 0}),
    "size": (Size(width=1, height=2), {"width": 1, "height": 2}),
    "point": (Point(1.5, 2), [1.5, 2]),
    "tree": (Node("a", [Node("b")]), {"name": "a", "below": [{"name": "b", "below": []}]}),
    "sizes": ([Size(width=1, height=2)], [{"width": 1, "height": 2}]),
    "cards": ({"a": CARD}, {"a": {"heldBy": "Ada", "until": "2030-01-01", "limit": 0}}),
}
"""Each field with an object of its type and the JSON of it."""
OBJECTS = {name: held for name, (held, _) in HELD.items()}
PLAIN = {name: json for name, (_, json) in HELD.items()}
WRONG = {
    "address": {"city": 3, "since": "hidden"},
    "card": {"heldBy": "the secret", "until": "2030-01-01"},
    "size": {"width": "hidden", "height": 1},
    "point": ["hidden", 1],
    "tree": {"name": "a", "below": [{"hidden": 1}]},
    "sizes": {"hidden": 1},
    "cards": {"hidden": {"heldBy": "the secret"}},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[bool, str], Any]:
    """The clients of the schema: for a portable project and for SQLite alone, with models of both kinds."""
    folder = tmp_path_factory.mktemp("json_types")
    found: dict[tuple[bool, str], Any] = {}
    for portable in (True, False):
        provider = "postgresql" if portable else "sqlite"
        schema = schema_of(SCHEMA.replace('"postgresql"', f'"{provider}"'))
        for models in ("struct", "pydantic"):
            name = f"held_{provider}_{models}"
            write_package(schema, folder, name, portable=portable, models=models)
            found[portable, models] = import_package(folder, name)
    return found


@pytest.fixture(params=["struct", "pydantic"])
def models(request: pytest.FixtureRequest) -> str:
    """Whose the records are."""
    kind: str = request.param
    return kind


@pytest.fixture
def target(
    target: Target,
    models: str,
    made: dict[tuple[bool, str], Any],
    tmp_path: Any,
    request: pytest.FixtureRequest,
) -> Iterator[Target]:
    """Each database in turn, with the tables of this file."""
    portable, package = target.exact, made[target.exact, models]
    if target.url.startswith("file:"):
        url = f"file:{tmp_path / 'held.db'}"
        push(package.__nicol__.package.schema, url, portable=portable)
        yield replace(target, url=url, package=package)
        return
    administer = request.getfixturevalue("_postgres_administration")
    administer("CREATE DATABASE held TEMPLATE template0")
    url = request.getfixturevalue("postgres_server")("held")
    push(package.__nicol__.package.schema, url, portable=portable)
    yield replace(target, url=url, package=package)
    administer("DROP DATABASE IF EXISTS held WITH (FORCE)")


@pytest.fixture
def db(open_client: Callable[..., Any]) -> Any:
    """A client of a database without rows."""
    return open_client()


def _held(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in HELD}


@PROVES
@pytest.mark.parametrize("given", [OBJECTS, PLAIN], ids=["objects", "json"])
def test_every_way_to_write(db: Any, given: dict[str, Any]) -> None:
    one = db.shop.create(data={"id": 1, **given})
    assert _held(one) == OBJECTS and type(one.point) is Point and type(one.card) is Card
    db.shop.create(data={"id": 2})
    assert _held(db.shop.update(where={"id": 2}, data=given)) == OBJECTS
    upserted = db.shop.upsert(where={"id": 3}, create={"id": 3, **given}, update={})
    assert _held(upserted) == OBJECTS
    db.shop.create_many(data=[{"id": 4, **given}, {"id": 5, **given}])
    db.shop.create_many(data=[{"id": 6}, {"id": 7}])
    db.shop.update_each(data=[{"id": 6, **given}, {"id": 7, **given}], key="id")
    db.shop.update_many(where={"id": 7}, data=given)
    db.shop.update(where={"id": 1}, data={"parts": {"create": [{"id": 8, **given}, {"id": 9, **given}]}})
    found = db.shop.find_many(order={"id": "asc"}, include={"parts": {"order": {"id": "asc"}}})
    assert [row.id for row in found] == [*range(1, 10)]
    assert all(_held(row) == OBJECTS for row in [*found, *found[0].parts])
    plain = db.query_raw('SELECT * FROM "Shop" ORDER BY "id"')
    assert {name: _json(plain[0][name]) for name in PLAIN} == PLAIN


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


@PROVES
def test_nulls_changes_and_filters(db: Any) -> None:
    row = db.shop.create(data={"id": 1, "address": JsonNull, "card": None})
    assert row.address is None and row.card is None and row.point == Point(0, 0)
    assert db.shop.count(where={"address": JsonNull}) == 1 and db.shop.count(where={"card": None}) == 1
    row = db.shop.update(where={"id": 1}, data={"address": ADDRESS, "size": Size(width=1, height=2)})
    row = db.shop.update(where={"id": 1}, data={"address": JsonMerge({"city": "Ulm"})})
    row = db.shop.update(where={"id": 1}, data={"address": JsonSet(["tags", 0], "b")})
    row = db.shop.update(where={"id": 1}, data={"address": JsonRemove(["since"])})
    assert row.address == Address("Ulm", tags=["b"])
    assert db.shop.count(where={"address": {"path": ["city"], "string_contains": "l"}}) == 1
    assert db.shop.count(where={"size": {"equals": {"height": 2, "width": 1}}}) == 1


@PROVES
@pytest.mark.parametrize("field", HELD)
def test_what_does_not_fit_is_told_without_the_value(db: Any, field: str) -> None:
    db.shop.create(data={"id": 1})
    data = {field: WRONG[field]}
    writes: list[Callable[[], Any]] = [
        lambda: db.shop.create(data={"id": 2, **data}),
        lambda: db.shop.update(where={"id": 1}, data=data),
        lambda: db.shop.create_many(data=[{"id": 2}, {"id": 3, **data}]),
        lambda: db.shop.update_each(data=[{"id": 1, **data}], key="id"),
        lambda: db.shop.update(where={"id": 1}, data={"parts": {"create": {"id": 2, **data}}}),
        lambda: db.shop.update(where={"id": 1}, data={field: object()}),
    ]
    for write in writes:
        with pytest.raises(ValueInvalid, match=f"Shop.{field}") as told:
            write()
        assert (told.value.code, told.value.model, told.value.fields) == ("P2006", "Shop", (field,))
        assert "hidden" not in str(told.value) and "secret" not in str(told.value)
    assert db.shop.count() == 1
    text = json.dumps(WRONG[field])
    db.execute_raw(f'UPDATE "Shop" SET "{field}" = \'{text}\'')
    with pytest.raises(ValueInvalid, match=f"Shop.{field}") as told:
        db.shop.find_first()
    assert (told.value.code, told.value.model, told.value.fields) == ("P2023", "Shop", (field,))
    assert "hidden" not in str(told.value) and "secret" not in str(told.value)


@PROVES
def test_lists(db: Any, target: Target) -> None:
    row = db.lists.create(data={"id": 1, "addresses": [ADDRESS, {"city": "Ulm"}]})
    assert row.addresses == [ADDRESS, Address("Ulm")]
    row = db.lists.update(where={"id": 1}, data={"addresses": {"push": Address("Aue")}})
    assert db.lists.find_first().addresses == [ADDRESS, Address("Ulm"), Address("Aue")]
    with pytest.raises(ValueInvalid, match=r"Lists\.addresses"):
        db.lists.update(where={"id": 1}, data={"addresses": [{"town": "Ulm"}]})


@PROVES
def test_a_type_that_cannot_be_held_is_named(db: Any) -> None:
    db.lost.create(data={"id": 1})
    for field, name in (
        ("json", "tests.contract.no_such.Thing"),
        ("name", f"{_HELD}.Nothing"),
        ("kind", f"{_HELD}.Ticket"),
    ):
        with pytest.raises(ConfigurationError, match=rf"@nicol\.json\({name}\)"):
            db.lost.update(where={"id": 1}, data={field: {"a": 1}})


@PROVES
def test_records_are_dumped_and_validated(db: Any, target: Target, models: str) -> None:
    row = db.shop.create(data={"id": 1, **OBJECTS})
    shop: Any = target.package.Shop
    named: dict[str, Any] = {}
    if models == "pydantic":  # whose own way for classes inside of classes is without aliases
        named["card"] = CARD.model_dump(mode="json")
    text = row.model_dump_json()
    for dumped in (row.model_dump(mode="json"), json.loads(text)):
        assert {name: _listed(dumped[name]) for name in PLAIN} == PLAIN | named
        assert shop.model_validate_json(json.dumps(dumped)) == row
        if models == "struct":  # a strict class of pydantic takes texts for dates from JSON alone
            assert shop.model_validate(dumped) == row
    assert shop.model_validate_json(text) == row and shop.model_validate(row.model_dump()) == row
    assert shop.model_json_schema()["$ref"]
    assert copy.deepcopy(row) == row and pickle.loads(pickle.dumps(row)) == row
    wrapped: TypeAdapter[Any] = TypeAdapter(list[shop])  # pyright: ignore[reportInvalidTypeForm]
    assert wrapped.validate_json(wrapped.dump_json([row])) == [row]
    with pytest.raises((ValidationError, msgspec.ValidationError)):
        shop.model_validate({"id": 1, "point": ["x", 1]})


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@PROVES
def test_answers_in_classes_of_the_program(db: Any) -> None:
    db.shop.create(data={"id": 1, **OBJECTS})
    assert db.shop.find_first(into=Same).address == ADDRESS
    assert db.shop.find_first(into=Other) == Other(
        {"width": 1, "height": 2}, {"city": "Bonn", "since": "2020-01-02", "tags": ["a"]}
    )
    assert db.shop.find_first(select={"address": True}).address == ADDRESS
