"""Records: what they are alone, what pydantic makes of them, and that FastAPI takes and gives them as they are."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.contract.generated import import_package, schema_of, write_package

SCHEMA = """
enum Role {
  ADMIN
  MEMBER
}

/// Somebody who writes.
model Author {
  name  String?
  id    Int    @id
  role  Role   @default(MEMBER)
  posts Post[]
}

model Post {
  id       Int       @id
  title    String
  price    Decimal?
  moment   DateTime?
  blob     Bytes?
  document Json?
  tags     String[]
  from     String?
  author   Author    @relation(fields: [authorId], references: [id])
  authorId Int
}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The generated package."""
    folder = tmp_path_factory.mktemp("models")
    write_package(schema_of(SCHEMA), folder, "models_db", portable=True)
    return import_package(folder, "models_db")


@pytest.fixture
def post(package: Any) -> Any:
    """A post with every scalar, and with its author."""
    return package.Post(
        id=1,
        title="One",
        price=Decimal("1.50"),
        moment=datetime(2024, 1, 1, tzinfo=UTC),
        blob=b"\x00\xff",
        document={"a": [1, None]},
        tags=["x"],
        from_="here",
        authorId=2,
        author=package.Author(id=2, role=package.Role.ADMIN),
    )


PLAIN = {
    "id": 1,
    "title": "One",
    "price": "1.50",
    "moment": "2024-01-01T00:00:00Z",
    "blob": "AP8=",
    "document": {"a": [1, None]},
    "tags": ["x"],
    "from": "here",
    "author": {"name": None, "id": 2, "role": "ADMIN", "posts": None},
    "authorId": 2,
}


# ---- alone -----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "models: model_dump, model_dump_json, model_validate, model_copy")
def test_a_record_is_dumped_in_the_schemas_order_and_validated_again(package: Any, post: Any) -> None:
    assert list(post.model_dump()) == list(PLAIN)
    assert post.model_dump(mode="json") == PLAIN
    assert json.loads(post.model_dump_json()) == PLAIN
    assert package.Post.model_validate(post.model_dump()) == post
    assert package.Post.model_validate(PLAIN) == post
    assert package.Post.model_validate_json(post.model_dump_json(indent=2)) == post
    assert package.Post.model_validate(post) is post


def test_dumps_leave_out_what_they_are_told_to(package: Any) -> None:
    author = package.Author(
        id=1, role="ADMIN", posts=[package.Post(id=1, title="x", authorId=1, document={"a": None})]
    )
    assert author.model_dump(include={"id", "role"}) == {"id": 1, "role": "ADMIN"}
    assert author.model_dump(exclude={"posts"}) == {"name": None, "id": 1, "role": "ADMIN"}
    kept = {"id": 1, "title": "x", "document": {"a": None}, "tags": [], "authorId": 1}
    assert author.model_dump(exclude_none=True) == {"id": 1, "role": "ADMIN", "posts": [kept]}


def test_records_say_what_they_miss(package: Any) -> None:
    with pytest.raises(TypeError, match="title"):
        package.Post(id=1, authorId=1)
    with pytest.raises(msgspec.ValidationError, match="title"):
        package.Post.model_validate({"id": 1, "authorId": 1})
    with pytest.raises(msgspec.ValidationError, match=r"author\.role"):
        package.Post.model_validate({**PLAIN, "author": {"id": 1, "role": "KING"}})


def test_records_are_copied_compared_and_pickled(package: Any, post: Any) -> None:
    changed = post.model_copy(update={"title": "Two"})
    assert (changed.title, post.title, changed.author is post.author) == ("Two", "One", True)
    deep = post.model_copy(deep=True)
    assert deep == post
    assert deep.author is not post.author
    assert copy.copy(post) == post
    assert pickle.loads(pickle.dumps(post)) == post
    assert "Post(id=1, title='One'" in repr(post)
    assert package.Author.__doc__ == "Somebody who writes."


def test_json_schema_describes_recursive_models(package: Any) -> None:
    found = package.Author.model_json_schema()
    assert set(found["$defs"]) >= {"Author", "Post"}


# ---- pydantic --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "models are fields of pydantic models")
def test_records_are_fields_of_pydantic_models(package: Any, post: Any) -> None:
    page = type(
        "Page",
        (BaseModel,),
        {"__annotations__": {"posts": list[package.Post], "author": package.Author | None}},
    )
    from_records = page(posts=[post], author=post.author)
    assert from_records.posts[0] is post
    assert json.loads(from_records.model_dump_json())["posts"] == [PLAIN]
    assert from_records.model_dump()["posts"][0]["author"]["role"] == package.Role.ADMIN
    assert page.model_validate({"posts": [post.model_dump()], "author": None}).posts == [post]
    assert page.model_validate_json(from_records.model_dump_json()) == from_records
    assert page.model_validate(
        {"posts": [{**post.model_dump(), "author": post.author}], "author": None}
    ).posts == [post]
    with pytest.raises(ValidationError) as error:
        page.model_validate({"posts": [{**PLAIN, "author": {"id": "x"}}], "author": None})
    assert error.value.errors()[0]["loc"][:2] == ("posts", 0)


@pytest.mark.proves("Client", "models have a JSON schema for pydantic")
def test_pydantic_describes_every_type(package: Any) -> None:
    schema = TypeAdapter(package.Post).json_schema()
    assert set(schema["$defs"]) == {"Author", "Post", "Role"}
    fields = schema["$defs"]["Post"]["properties"]
    assert fields["moment"]["anyOf"][0] == {"type": "string", "format": "date-time"}
    assert fields["tags"] == {"items": {"type": "string"}, "title": "Tags", "type": "array"}
    assert fields["author"]["anyOf"][0] == {"$ref": "#/$defs/Author"}
    assert schema["$defs"]["Post"]["required"] == ["id", "title", "authorId"]


@pytest.mark.proves("Client", "models are FastAPI responses and bodies")
def test_fastapi_takes_and_gives_records(package: Any, post: Any) -> None:
    app = FastAPI()

    def read() -> Any:
        return post

    def write(given: Any) -> Any:
        return given.model_copy(update={"title": given.title.upper()})

    write.__annotations__["given"] = Annotated[package.Post, Body()]
    app.get("/post", response_model=package.Post)(read)
    app.get("/posts", response_model=list[package.Post])(lambda: [post])
    app.post("/post", response_model=package.Post)(write)
    app.get("/page")(lambda: {"posts": [post], "total": 1})

    async def answers() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [
                await client.get("/post"),
                await client.get("/posts"),
                await client.post("/post", json=PLAIN),
                await client.post("/post", json={"id": 1}),
                await client.get("/page"),
                await client.get("/openapi.json"),
            ]

    one, many, written, refused, untyped, description = asyncio.run(answers())
    assert one.json() == PLAIN
    assert many.json() == [PLAIN]
    assert written.json() == {**PLAIN, "title": "ONE"}
    assert refused.status_code == 422
    assert untyped.json() == {"posts": [PLAIN], "total": 1}
    assert {"Author-Output", "Post-Input", "Role"} <= set(description.json()["components"]["schemas"])


# ---- the package -----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "a generated client is imported lazily")
def test_importing_a_client_loads_neither_drivers_nor_parsers_nor_pydantic(package: Any) -> None:
    folder = Path(package.__file__).parents[1]
    code = (
        "import sys; from models_db import Client, models; Client(url=':memory:'); "
        "heavy = ('pydantic', 'typer', 'rich', 'psycopg', 'apsw', 'asyncio', 'nicol.schema', 'nicol.query', 'nicol.drivers'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True
    )
    assert found.stdout.strip() == "[]"


def test_the_package_lists_and_knows_its_names(package: Any) -> None:
    assert dir(package) == [
        *("AsyncClient", "Author", "Client", "Post", "Role", "delegates", "enums", "models", "types"),
    ]
    assert package.models.Post is package.Post
    assert package.enums.Role is package.Role
    assert package.types.PostWhereInput.__total__ is False
    assert (package.Role.ADMIN, str(package.Role.ADMIN)) == ("ADMIN", "ADMIN")
    with pytest.raises(AttributeError, match="Nope"):
        package.Nope  # noqa: B018
    with pytest.raises(AttributeError, match="nope"):
        package.Client(url=":memory:").nope  # noqa: B018
    assert {"author", "post"} <= set(dir(package.Client(url=":memory:")))


def test_star_imports_bring_every_name(package: Any) -> None:
    names: dict[str, Any] = {}
    sys.modules.setdefault("models_db", package)
    exec("from models_db import *", names)
    assert {"Author", "Post", "Role", "Client", "AsyncClient"} <= set(names)
