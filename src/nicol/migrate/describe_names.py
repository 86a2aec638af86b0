"""What a database's things are called in a schema: as they are, where that is a word and nothing else is called so."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from nicol.catalog import ObjectName
from nicol.schema.rules.names import is_reserved

_FOREIGN = re.compile(r"[^A-Za-z0-9_]")
_START = re.compile(r"^[^A-Za-z]+")


def word_of(name: str) -> str:
    """A name as a word of the language: `2nd name` is `nd_name`; empty where no letter is left."""
    return _START.sub("", _FOREIGN.sub("_", name))


def free_name(wanted: str, taken: Container[str]) -> str:
    """A name that nothing else has: numbered where it must be."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


class BlockNames:
    """The names of models, views and enums: those that the present schema gives, else words of the database's own."""

    def __init__(self, present: Mapping[ObjectName, str]) -> None:
        self.names = dict(present)
        self.taken = set(present.values())

    def name(self, key: ObjectName) -> str:
        """The name of a thing; the same at each call."""
        if key not in self.names:
            self.names[key] = self._new(key)
            self.taken.add(self.names[key])
        return self.names[key]

    def fresh(self, wanted: str) -> str:
        """A name that no block has, for a thing without a name of its own in the database."""
        word = free_name(word_of(wanted) or "Renamed", self.taken)
        self.taken.add(word)
        return word

    def _new(self, key: ObjectName) -> str:
        word = word_of(key.name) or "Renamed"
        if is_reserved(word):
            word = f"Renamed{word}"
        if word in self.taken and key.namespace:
            word = f"{word_of(key.namespace)}_{word}"
        return free_name(word, self.taken)
