"""Finds the reads and writes that are nested in a call's arguments, and puts back what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from nicol.client.wishes import Part, Path
from nicol.query.models import Link, Model, Models
from nicol.query.read.kinds import is_dict, is_list

Ask: TypeAlias = Callable[[Part], Part]
Arguments: TypeAlias = dict[str, Any]

_SELECTIONS = ("include", "select")
_DATA = ("data", "create", "update")


def walked(models: Models, ask: Ask, part: Part) -> Arguments:
    """The arguments of a part as it is left, with all that is nested in it, from the outside in."""
    return _Walk(models, ask).part(part)


class _Walk:
    def __init__(self, models: Models, ask: Ask) -> None:
        self._models = models
        self._ask = ask

    def part(self, part: Part) -> Arguments:
        """Ask about a part, then about what is nested in what it has become."""
        arguments: Arguments = dict(self._ask(part).arguments)
        model = self._models.by_name[part.model]
        for word in _SELECTIONS:
            if is_dict(chosen := arguments.get(word)):
                arguments[word] = self._selection(model, chosen, (*part.path, word))
        for word in _DATA:
            if word in arguments:
                arguments[word] = self._data(model, arguments[word], (*part.path, word))
        return arguments

    # ---- reads -------------------------------------------------------------------------------------------------------

    def _selection(self, model: Model, chosen: Arguments, path: Path) -> Arguments:
        return {
            name: self._chosen(model.links.get(name), name, value, path) for name, value in chosen.items()
        }

    def _chosen(self, link: Link | None, name: str, value: Any, path: Path) -> Any:
        if link is None or not (value is True or is_dict(value)):
            return value
        given: Arguments = {} if value is True else value
        operation = "find_many" if link.many else "find_first"
        return self.part(Part(link.target, operation, given, (*path, name))) or value

    # ---- writes ------------------------------------------------------------------------------------------------------

    def _data(self, model: Model, data: Any, path: Path) -> Any:
        """The data of one row or of many."""
        if is_list(data):
            return [self._data(model, row, path) for row in data]
        if not is_dict(data):
            return data
        return {name: self._field(model.links.get(name), name, value, path) for name, value in data.items()}

    def _field(self, link: Link | None, name: str, value: Any, path: Path) -> Any:
        if link is None or not is_dict(value):
            return value
        return {word: self._act(link, word, given, (*path, name)) for word, given in value.items()}

    def _act(self, link: Link, word: str, given: Any, path: Path) -> Any:
        """One act, or each of several, as a part of its own."""
        if is_list(given):
            return [self._act(link, word, each, path) for each in given]
        arguments = _arguments(self._models.target(link), link, word, given)
        if arguments is None:
            return given
        left = self.part(Part(link.target, word, arguments, (*path, word)))
        return _given(link, word, arguments, left)


def _arguments(target: Model, link: Link, word: str, given: Any) -> Arguments | None:
    """What is given to a nested act, as the arguments of an operation; None where nothing is done."""
    match word:
        case "create":
            return {"data": given}
        case "connect" | "set" | "delete_many":
            return {"where": given}
        case "disconnect" | "delete":
            if given is False:
                return None
            return {} if given is True else {"where": given}
        case "update" if not link.many and not _is_wrapped(target, given):
            return {"data": given}
        case _:
            return given if is_dict(given) else None


def _is_wrapped(target: Model, given: Any) -> bool:
    """True where `where` stands beside the data of the one row."""
    return is_dict(given) and "data" in given and "data" not in {*target.fields, *target.links}


def _given(link: Link, word: str, before: Mapping[str, Any], left: Arguments) -> Any:
    """The arguments of a part as they are spelled in a nested act."""
    match word:
        case "create":
            return left["data"]
        case "connect" | "set" | "delete_many":
            return left["where"]
        case "disconnect" | "delete":
            return left.get("where", True)
        case "update" if not link.many and [*before] == [*left] == ["data"]:
            return left["data"]
        case _:
            return left
