"""A name that is not there is answered with the one that was meant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nicol.client
from tests.contract.generated import import_package, schema_of, write_package

VIEWS = (Path(__file__).parents[1] / "contract/views.prisma").read_text("utf-8")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client with models and views; nothing here speaks to a database."""
    folder = tmp_path_factory.mktemp("missing")
    write_package(schema_of(VIEWS), folder, "missing_db", portable=True)
    return import_package(folder, "missing_db")


SAID: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "Prisma's spelling": (
        lambda db: db.author.findMany,
        AttributeError,
        "`Author` has no attribute 'findMany': did you mean 'find_many'?",
    ),
    "a write of a view": (
        lambda db: db.line.create,
        AttributeError,
        "`Line` is a view, which is only read: it has no 'create'",
    ),
    "a batch's model": (lambda db: db.batch().posts, AttributeError, "a batch has no attribute 'posts': did you mean 'post'?"),
    "a block that is not entered": (
        lambda db: db.tx().post,
        AttributeError,
        "a transaction has no 'post' until it is entered: with db.tx() as tx: tx.post",
    ),
    "a where without its name": (
        lambda db: db.author.find_unique({"id": 1}),
        TypeError,
        "Author.find_unique takes its arguments by name, as in find_unique(where=…)",
    ),
    "data without its name": (lambda db: db.author.create({"id": 1}), TypeError, "create(data=…)"),
    "a group without its name": (lambda db: db.author.group_by("name"), TypeError, "group_by(by=…)"),
    "a stream": (lambda db: db.author.stream({}), TypeError, "Author.stream takes its arguments by name"),
}  # fmt: skip


@pytest.mark.proves("Client", "a misspelt model, operation or argument is answered with what was meant")
@pytest.mark.parametrize("name", SAID)
def test_what_is_not_there_is_answered_with_what_was_meant(package: Any, name: str) -> None:
    call, kind, expected = SAID[name]
    client = package.Client(url="file:never.db")
    with pytest.raises(kind) as raised:
        call(client)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("name", "meant"), [("authors", "author"), ("Author", "author"), ("querry_raw", "query_raw")]
)
def test_python_knows_all_names_of_a_client(
    package: Any, name: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client = package.Client(url="file:never.db")
    with pytest.raises(AttributeError) as raised:
        getattr(client, name)
    sys.__excepthook__(raised.type, raised.value, None)
    assert capsys.readouterr().err.endswith(
        f"'Client' object has no attribute {name!r}. Did you mean: {meant!r}?\n"
    )


@pytest.mark.parametrize("client", ["Client", "AsyncClient"])
def test_a_client_without_a_schema_says_where_there_are_some(client: str) -> None:
    with pytest.raises(TypeError, match="import the client from the package that `nicol generate` writes"):
        getattr(nicol.client, client)()
