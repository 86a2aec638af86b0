"""Errors: every situation is one class with Prisma's code, the model and fields, and the call without its values."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from nicol import errors

SECRET = "s3cret"


@dataclass(frozen=True)
class Case:
    """A call that fails: what is there before, what is called, and how its error must look."""

    name: str
    call: Callable[[Any], Any]
    kind: type[errors.ClientError]
    code: str
    model: str | None
    fields: tuple[str, ...] = ()
    shape: str | None = None
    constraint: str | None = None


def case(
    kind: str,
    code: str,
    model: str | None,
    fields: str,
    shape: str | None,
    call: Callable[[Any], Any],
    constraint: str | None = None,
) -> Any:
    found = Case(
        shape or kind, call, getattr(errors, kind), code, model, tuple(fields.split()), shape, constraint
    )
    return pytest.param(found, id=f"{code} {shape or kind}"[:70])


def taken(db: Any) -> None:
    """A user of an address that is taken."""
    db.user.create(data={"email": SECRET})
    db.user.create(data={"email": SECRET})


def pointed_at(db: Any) -> None:
    """Somebody who has written cannot go."""
    db.user.delete(where={"id": author(db).id})


def author(db: Any) -> Any:
    return db.user.create(data={"email": SECRET, "posts": {"create": [{"title": SECRET}]}})


def write(db: Any) -> Any:
    return db.user.create(data={"email": SECRET})


def together(calls: Callable[[Any], Any]) -> Callable[[Any], None]:
    """The same calls in a batch, whose errors say which of them it was."""

    def call(db: Any) -> None:
        with db.batch() as batch:
            calls(batch)

    return call


CASES = [
    case("UniqueViolation", "P2002", "User", "email", "User.create(data={email})", taken, "User_email_key"),
    case("UniqueViolation", "P2002", "Seat", "hall number", "Seat.create_many(data=[{hall, number}, …])",
         lambda db: db.seat.create_many(data=[{"hall": SECRET, "number": 1}] * 2), "Seat_pkey"),
    case("UniqueViolation", "P2002", "Tag", "name",
         "Post.create(data={title, author: {create: {email}}, tags: {create: [{name}, …]}})",
         lambda db: db.post.create(data={"title": SECRET, "author": {"create": {"email": SECRET}},
                                         "tags": {"create": [{"name": SECRET}, {"name": SECRET}]}}), "Tag_name_key"),
    case("ForeignKeyViolation", "P2003", "Post", "authorId", "Post.create(data={title, authorId})",
         lambda db: db.post.create(data={"title": SECRET, "authorId": 999}), "Post_authorId_fkey"),
    case("ForeignKeyViolation", "P2003", "Post", "authorId", "User.delete(where={id})", pointed_at, "Post_authorId_fkey"),
    case("RecordNotFound", "P2025", "User", "", "User.find_unique_or_raise(where={email})",
         lambda db: db.user.find_unique_or_raise(where={"email": SECRET})),
    case("RecordNotFound", "P2025", "User", "", "User.update(where={email}, data={name})",
         lambda db: db.user.update(where={"email": SECRET}, data={"name": SECRET})),
    case("RecordNotFound", "P2025", "User", "", "User.delete(where={email})",
         lambda db: db.user.delete(where={"email": SECRET})),
    case("RecordNotFound", "P2025", "User", "author", "Post.create(data={title, author: {connect: {email}}})",
         lambda db: db.post.create(data={"title": SECRET, "author": {"connect": {"email": SECRET}}})),
    case("RecordNotFound", "P2017", "Post", "posts", "User.update(where={id}, data={posts: {delete: {id}}})",
         lambda db: db.user.update(where={"id": write(db).id}, data={"posts": {"delete": {"id": SECRET}}})),
    case("QueryInvalid", "P2012", "User", "email", "User.create(data={name})",
         lambda db: db.user.create(data={"name": SECRET})),
    case("QueryInvalid", "P2012", "User", "", "User.update(data={name})", lambda db: db.user.update(data={"name": SECRET})),
    case("QueryInvalid", "P2009", "User", "emial", "User.find_many(where={…})",
         lambda db: db.user.find_many(where={"emial": SECRET})),
    case("QueryInvalid", "P2009", "User", "whree", "User.find_many(…={…})", lambda db: db.user.find_many(whree={SECRET: 1})),
    case("QueryInvalid", "P2009", "User", "name", "User.find_many(where={name: {…}})",
         lambda db: db.user.find_many(where={"name": {"startwith": SECRET}})),
    case("QueryInvalid", "P2019", "User", "logins", "User.update(where={id}, data={logins: {set, increment}})",
         lambda db: db.user.update(where={"id": 1}, data={"logins": {"set": 1, "increment": 1}})),
    case("RelationViolation", "P2014", "User", "posts", "User.update(where={id}, data={posts: {set}})",
         lambda db: db.user.update(where={"id": author(db).id}, data={"posts": {"set": []}})),
    case("ValueInvalid", "P2006", "User", "logins", "User.create(data={email, logins})",
         lambda db: db.user.create(data={"email": SECRET, "logins": SECRET})),
    case("ValueInvalid", "P2006", "User", "role", "User.create(data={email, role})",
         lambda db: db.user.create(data={"email": SECRET, "role": SECRET})),
    case("ValueInvalid", "P2020", "User", "logins", "User.find_many(where={logins: {gt}})",
         lambda db: db.user.find_many(where={"logins": {"gt": 2**70}})),
    case("ValueInvalid", "P2006", "Sample", "document", "Sample.create(data={label, document: {…}})",
         lambda db: db.sample.create(data={"label": SECRET, "document": {SECRET: object()}})),
    case("QueryInvalid", "P2009", "User", "", "User.delete_many(where={OR})",
         lambda db: db.user.delete_many(where={"OR": None})),
    case("QueryInvalid", "P2009", "User", "", "User.find_unique(where={email})",
         lambda db: db.user.find_unique(where={"email": None})),
    case("QueryInvalid", "P2009", "User", "", "User.stream(batch)", lambda db: list(db.user.stream(batch=0))),
    case("UniqueViolation", "P2002", "User", "email", "User.create(data={email})", together(taken), "User_email_key"),
    case("UniqueViolation", "P2002", "Tag", "name",
         "Post.create(data={title, author: {create: {email}}, tags: {create: [{name}, …]}})",
         together(lambda db: (db.counter.count(), db.post.create(
             data={"title": SECRET, "author": {"create": {"email": SECRET}}, "tags": {"create": [{"name": SECRET}] * 2}}))),
         "Tag_name_key"),
    case("RecordNotFound", "P2025", "User", "", "User.delete(where={email})",
         together(lambda db: (db.user.count(), db.user.delete(where={"email": SECRET})))),
    case("RawQueryFailed", "P2010", None, "", None, lambda db: db.query_raw("SELECT 1 FROM nowhere")),
]  # fmt: skip


@pytest.mark.proves(
    "Client", "errors carry Prisma's code, model, fields, constraint and the call's shape, never values"
)
@pytest.mark.parametrize("case", CASES)
def test_an_error_says_what_and_where_and_no_value(db: Any, case: Case) -> None:
    with pytest.raises(errors.ClientError) as told:
        case.call(db)
    error = told.value
    found = (type(error), error.code, error.model, error.fields, error.call, error.constraint)
    assert found == (case.kind, case.code, case.model, case.fields, case.shape, case.constraint)
    assert SECRET not in f"{error} {error!r}"
    assert (f"\n  call: {case.shape}" in str(error)) == (case.shape is not None)


def test_a_value_that_the_database_quotes_is_not_told(db: Any, target: Any) -> None:
    if target.url.startswith("postgres"):  # SQLite quotes no value
        with pytest.raises(errors.RawQueryFailed, match='invalid input syntax for type integer: "…"') as told:
            db.query_raw("SELECT $1::text::int", SECRET)
        assert SECRET not in str(told.value)


WAYS_OUT: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a key that is None": (lambda db: db.user.find_unique(where={"email": None}), "`email` is None, which names no record"),
    "a word that is None": (
        lambda db: db.user.count(where={"OR": None}),
        "`OR` of model `User` must be a dictionary, not NoneType",
    ),
    "a word in a relation": (
        lambda db: db.user.count(where={"posts": {"some": None}}),
        "`some` of model `Post` must be a dictionary, not NoneType",
    ),
    "an act without its key": (
        lambda db: db.user.update(where={"id": 1}, data={"posts": {"disconnect": {"title": "x"}}}),
        "`disconnect` of model `Post` needs one of its unique keys",
    ),
    "an act that is None": (
        lambda db: db.user.update(where={"id": 1}, data={"posts": {"set": None}}),
        "`set` of model `Post` must be a dictionary, not NoneType",
    ),
    "a row that is pointed at": (pointed_at, "stays while another one points at it"),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS_OUT)
def test_an_error_says_the_way_out(db: Any, name: str) -> None:
    call, said = WAYS_OUT[name]
    with pytest.raises(errors.ClientError) as told:
        call(db)
    assert said in str(told.value)


@pytest.mark.proves("Client", "errors of a database without tables say what makes them")
def test_a_missing_table_is_told_with_what_makes_it(target: Any, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url" if target.url.startswith("postgres") else "sqlite_url")
    with target.package.Client(url=url) as empty, pytest.raises(errors.TableMissing) as told:
        empty.user.count()
    assert (told.value.code, told.value.model) == ("P2021", "User")
    assert "`nicol migrate deploy`, or `nicol db push`, makes what the schema says" in str(told.value)


@pytest.mark.proves("Client", "errors cross to other processes as they are")
@pytest.mark.parametrize(
    "error",
    [
        errors.UniqueViolation("taken", code="P2002", help="look", model="User", fields=("email",), constraint="key"),
        errors.AfterCommitFailed([ValueError("late")], 2),
        errors.MissingExtra("a span", "otel"),
        errors.SchemaInvalid((), ()),
        errors.DriverError("gone", state="08006", details={"table": "x"}, broken=True),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_an_error_is_pickled_and_copied_whole(error: errors.NicolError) -> None:
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(same) is type(error)
        assert str(same) == str(error)
        assert repr(vars(same)) == repr(vars(error))
