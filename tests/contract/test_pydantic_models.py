"""Clients whose models are pydantic's own: the same answers as subclasses of BaseModel."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from nicol.schema.schema import Schema
from tests.contract.conftest import Target
from tests.contract.generated import import_package, write_package

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def packages(
    contract_schema: Schema, sqlite_schema: Schema, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The client of a portable project and that of SQLite alone, with models of pydantic."""
    folder = tmp_path_factory.mktemp("pydantic")
    found: dict[str, Any] = {}
    for name, schema, portable in (
        ("contract_portable", contract_schema, True),
        ("contract_sqlite", sqlite_schema, False),
    ):
        written = name.replace("contract", "pydantic")
        write_package(schema, folder, written, portable=portable, models="pydantic")
        found[name] = import_package(folder, written)
    return found


@pytest.fixture
def target(target: Target, packages: dict[str, Any]) -> Target:
    """Each database in turn, with the clients of this file."""
    return replace(target, package=packages[target.package.__name__])


@pytest.fixture
def ada(db: Any) -> Any:
    """A writer with two posts."""
    posts = {"create": [{"id": "p1", "title": "One", "views": 1}, {"id": "p2", "title": "Two", "views": 2}]}
    return db.user.create(data={"email": "ada@x.org", "role": "ADMIN", "posts": posts})


@pytest.mark.proves("Client", 'models = "pydantic" writes true BaseModels')
def test_records_are_models_of_pydantic(db: Any, ada: Any, target: Target) -> None:
    user = target.package.User
    assert isinstance(ada, user) and issubclass(user, BaseModel)
    assert ada.role is target.package.Role.ADMIN and ada.posts is None
    found = db.user.find_unique_or_raise(where={"id": ada.id}, include={"posts": {"order": {"id": "asc"}}})
    assert [post.title for post in found.posts] == ["One", "Two"]
    assert found.model_dump(exclude={"posts"}) == {
        "id": ada.id,
        "email": "ada@x.org",
        "name": None,
        "role": "ADMIN",
        "logins": 0,
        "manager": None,
        "reports": None,
        "managerId": None,
        "profile": None,
        "comments": None,
    }
    assert user.model_validate(found.model_dump()) == found
    assert user.model_validate_json(found.model_dump_json()) == found
    assert TypeAdapter(list[user]).validate_python([found]) == [found]
    with pytest.raises(ValidationError, match="email"):
        user(id=1, email=3, role="ADMIN", logins=0)


@pytest.mark.proves("Client", "records of pydantic hold what was selected, and counts")
def test_what_was_not_selected_is_not_there(db: Any, ada: Any) -> None:
    select = {
        "email": True,
        "posts": {"select": {"title": True}, "order": {"id": "asc"}},
        "_count": {"posts": True},
    }
    found = db.user.find_unique_or_raise(where={"id": ada.id}, select=select)
    assert (found.email, found.counts.posts, hasattr(found, "name")) == ("ada@x.org", 2, False)
    plain = {"email": "ada@x.org", "posts": [{"title": "One"}, {"title": "Two"}], "_count": {"posts": 2}}
    assert found.model_dump() == plain
    assert json.loads(found.model_dump_json()) == plain
    with pytest.raises(AttributeError, match=r"`User.name` was not read: name it in `select`"):
        found.name  # noqa: B018
    with pytest.raises(AttributeError, match=r"`User.comments` was not counted"):
        found.counts.comments  # noqa: B018
    with pytest.raises(AttributeError, match="nothing was counted"):
        ada.counts  # noqa: B018
    assert copy.deepcopy(found) == pickle.loads(pickle.dumps(found)) == found
    assert "name" not in repr(found)
    omitted = db.user.find_many(omit={"email": True}, include={"_count": True})
    assert (
        omitted[0].posts is None and omitted[0].counts.posts == 2 and "email" not in omitted[0].model_dump()
    )


def test_values_are_those_of_all_clients(db: Any, target: Target) -> None:
    data = {
        "label": "x",
        "blob": b"\x00\xff",
        "amount": Decimal("1.5"),
        "document": {"a": [1, None]},
        "big": 2**60,
    }
    sample = db.sample.create(data=data)
    assert {name: getattr(sample, name) for name in data} == data
    assert json.loads(sample.model_dump_json())["blob"] == "AP8="
    assert target.package.Sample.model_validate_json(sample.model_dump_json()) == sample
    sample.label = "y"
    assert (sample.model_copy(update={"text": "t"}).text, sample.label) == ("t", "y")
    assert db.sample.find_many()[0].label == "x"
