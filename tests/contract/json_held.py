"""Types that Json fields hold in the tests of `@nicol.json`: one of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias, TypedDict

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass as pydantic_dataclass


@dataclass
class Address:
    city: str
    since: date | None = None
    tags: list[str] | None = None


class Card(BaseModel):
    model_config = ConfigDict(strict=True, populate_by_name=True)

    holder: str = Field(alias="heldBy")
    until: date
    limit: int = 0

    @field_validator("holder")
    @classmethod
    def is_no_secret(cls, holder: str) -> str:
        """Refuses, with the value in its own sentence."""
        if "secret" in holder:
            raise ValueError(f"{holder} is a secret")
        return holder


@pydantic_dataclass
class Ticket:
    seat: int


class Size(TypedDict):
    width: int
    height: int


class Point(NamedTuple):
    x: float
    y: float


class Node(msgspec.Struct):
    name: str
    below: list[Node] = []


Sizes: TypeAlias = list[Size]
Cards: TypeAlias = dict[str, Card]
