"""Projection: answers in classes of the program's own, whose fields say what is read."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict

import msgspec
import pytest
from pydantic import BaseModel, Field, field_validator

from nicol.errors import QueryInvalid, ValueInvalid

pytestmark = pytest.mark.timeout(120)


class Rank(enum.Enum):
    """The roles, as a program calls them."""

    CHIEF = "ADMIN"
    PERSON = "MEMBER"
    GUEST = "GUEST"


class CommentCard(BaseModel):
    text: str


class PostCard(BaseModel):
    title: str
    seen: int = Field(alias="views")
    comments: list[CommentCard]


class UserCard(BaseModel):
    email: str
    display: str | None = Field(default=None, validation_alias="name")
    role: Literal["ADMIN", "MEMBER", "GUEST"]
    posts: list[PostCard] = []
    selected: bool = False


@dataclass(frozen=True, slots=True)
class PostRow:
    title: str
    views: float


@dataclass(frozen=True)
class UserRow:
    email: str
    posts: Sequence[PostRow]
    role: Rank
    extra: list[int] = field(default_factory=list)


class Boss(TypedDict):
    email: str


class UserDict(TypedDict):
    email: str
    manager: Boss | None
    name: NotRequired[str | None]


class UserTuple(NamedTuple):
    logins: int
    email: str


class UserStruct(msgspec.Struct, rename={"address": "email"}):
    address: str
    profile: Bio | None = None


class Bio(msgspec.Struct):
    bio: str


@pytest.fixture
def people(db: Any) -> Any:
    """Ada, who leads Bob and wrote two posts."""
    ada = db.user.create(data={"email": "ada@x.org", "name": "Ada", "role": "ADMIN", "logins": 3})
    db.user.create(data={"email": "bob@x.org", "managerId": ada.id})
    db.profile.create(data={"bio": "Counts", "userId": ada.id})
    db.post.create(data={"id": "p1", "title": "One", "views": 10, "authorId": ada.id})
    db.post.create(data={"id": "p2", "title": "Two", "views": 20, "authorId": ada.id})
    db.comment.create(data={"text": "c", "postId": "p1"})
    return db


ADA = {"email": "ada@x.org"}


@pytest.mark.proves(
    "Client", "projection into a pydantic model, a dataclass, a TypedDict, a NamedTuple or a msgspec struct"
)
def test_the_fields_of_a_class_say_what_is_read(people: Any) -> None:
    one = CommentCard(text="c")
    assert people.user.find_unique(where=ADA, into=UserCard) == UserCard.model_construct(
        email="ada@x.org",
        display="Ada",
        role="ADMIN",
        posts=[
            PostCard.model_construct(title="One", seen=10, comments=[one]),
            PostCard.model_construct(title="Two", seen=20, comments=[]),
        ],
    )
    assert people.user.find_first(where=ADA, into=UserRow) == UserRow(
        "ada@x.org", [PostRow("One", 10), PostRow("Two", 20)], Rank.CHIEF
    )
    assert people.user.find_many(order={"id": "asc"}, into=UserDict) == [
        {"email": "ada@x.org", "manager": None, "name": "Ada"},
        {"email": "bob@x.org", "manager": {"email": "ada@x.org"}, "name": None},
    ]
    assert people.user.find_many(order={"id": "asc"}, into=UserTuple) == [(3, "ada@x.org"), (0, "bob@x.org")]
    found = people.user.find_unique_or_raise(where=ADA, into=UserStruct)
    assert found == UserStruct("ada@x.org", Bio("Counts"))
    assert people.user.find_unique(where={"email": "nobody"}, into=UserTuple) is None


def test_include_says_which_rows_come_into_a_class(people: Any) -> None:
    pages = {"posts": {"where": {"views": {"gt": 10}}, "include": {"comments": {"take": 0}}}}
    found = people.user.find_unique(where=ADA, into=UserCard, include=pages)
    assert [(post.title, post.comments) for post in found.posts] == [("Two", [])]
    assert people.user.find_unique(where=ADA, into=type(people.user.find_unique(where=ADA))).logins == 3


@pytest.mark.proves("Client", "projection of the rows that writes return")
def test_writes_return_objects_of_a_class(people: Any) -> None:
    made = people.user.create(
        data={"email": "new@x.org", "posts": {"create": [{"title": "n"}]}}, into=UserRow
    )
    assert made == UserRow("new@x.org", [PostRow("n", 0)], Rank.PERSON)
    assert people.user.update(where=ADA, data={"logins": 4}, into=UserTuple) == (4, "ada@x.org")
    both = {"where": {"email": "new@x.org"}, "create": {"email": "new@x.org"}, "update": {"logins": 9}}
    assert people.user.upsert(**both, into=UserTuple) == (9, "new@x.org")
    rows = people.user.create_many_and_return(data=[{"email": "1@x.org"}], into=UserTuple)
    assert rows == [(0, "1@x.org")]
    assert people.user.delete(where={"email": "1@x.org"}, into=UserTuple) == (0, "1@x.org")


# ---- what does not fit -----------------------------------------------------------------------------------------------


class Typo(TypedDict):
    emial: str


class TypoWithDefault(msgspec.Struct):
    email: str
    naem: str | None = None


class WrongType(NamedTuple):
    email: int


class NeverNone(NamedTuple):
    name: str


class OneOfMany(BaseModel):
    posts: PostCard


class ManyOfOne(BaseModel):
    manager: list[CommentCard]


class MaybeNoBoss(TypedDict):
    manager: Boss


class Deep(BaseModel):
    posts: list[WrongPost]


class WrongPost(BaseModel):
    title: bytes


class Endless(msgspec.Struct):
    reports: list[Endless]


MISFITS: list[tuple[type, str]] = [
    (Typo, "unknown field of `Typo` `emial` on model `User`|did you mean `email`?"),
    (
        TypoWithDefault,
        "unknown field of `TypoWithDefault` `naem` on model `User`|did you mean `name`?",
    ),
    (WrongType, "`WrongType.email` cannot hold `User.email`: it is `str`, not `int`"),
    (NeverNone, "`NeverNone.name` cannot hold `User.name`: it may be null, so the type must be `str | None`"),
    (
        OneOfMany,
        "`OneOfMany.posts` cannot hold `User.posts`: it leads to many rows, so the type must be a list",
    ),
    (ManyOfOne, "`ManyOfOne.manager` cannot hold `User.manager`: it leads to one row, not to a list of them"),
    (
        MaybeNoBoss,
        "`MaybeNoBoss.manager` cannot hold `User.manager`: there may be no row, so the type must be",
    ),
    (Deep, "`WrongPost.title` cannot hold `Post.title`: it is `str`, not `bytes`"),
    (Endless, "`Endless` holds itself, so that nothing says where to end"),
    (int, "`into` must be a class with fields, not <class 'int'>"),
]


@pytest.mark.proves(
    "Client", "a class that does not fit its model is told at the first call, with the field and why"
)
@pytest.mark.parametrize(("cls", "expected"), MISFITS, ids=lambda each: getattr(each, "__name__", None))
def test_classes_that_do_not_fit_are_told(db: Any, cls: type, expected: str) -> None:
    with pytest.raises(QueryInvalid) as told:
        db.user.find_many(into=cls)
    for part in expected.split("|") if "did you" in expected else [expected]:
        assert part in str(told.value)


def test_into_is_all_that_says_what_is_read(db: Any) -> None:
    for argument in ({"select": {"email": True}}, {"omit": {"email": True}}):
        with pytest.raises(QueryInvalid, match="cannot stand side by side"):
            db.user.find_many(into=UserTuple, **argument)
    with pytest.raises(QueryInvalid, match="unknown relation in `include` of a class `reports`"):
        db.user.find_many(into=UserCard, include={"reports": True})
    with pytest.raises(QueryInvalid, match="class with fields"):
        db.user.find_many(into={"email": True})


class Strict(BaseModel):
    label: str
    amount: Decimal | None = Field(default=None, gt=Decimal(1))

    @field_validator("label")
    @classmethod
    def never_x(cls, label: str) -> str:
        if label == "x":
            raise ValueError("not x")
        return label.upper()


class Place(msgspec.Struct):
    city: str


class Sampled(msgspec.Struct):
    label: str
    document: Place | None


@pytest.mark.proves(
    "Client",
    "pydantic validates the values of its models in projections",
)
def test_validators_of_pydantic_run(db: Any) -> None:
    db.sample.create(data={"label": "a", "amount": 2, "document": {"city": "Ulm"}})
    assert db.sample.find_many(into=Strict) == [Strict(label="a", amount=Decimal(2))]
    assert db.sample.find_many(into=Sampled) == [Sampled("a", Place("Ulm"))]
    db.sample.update(where={"label": "a"}, data={"label": "x", "document": {"town": "secret"}})
    with pytest.raises(ValueInvalid) as told:
        db.sample.find_many(into=Strict)
    assert "a row of model `Sample` is no `Strict`: Value error, not x - at `label`" in str(told.value)
    with pytest.raises(ValueInvalid) as told:
        db.sample.find_many(into=Sampled)
    assert "a row of model `Sample` is no `Sampled`: " in str(told.value)
    assert "secret" not in str(told.value)
