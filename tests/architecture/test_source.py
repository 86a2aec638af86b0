"""What every source file owes the reader: a first line, sentences on what is public, words of the field, no loose ends."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, is_typeddict

import pytest

import nicol

SOURCE = Path(nicol.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
DATABASES = {
    "sqlite",
    "sqlite3",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlserver",
    "mongodb",
    "cockroachdb",
}
VAGUE_WORDS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "common",
    "process",
    "misc",
    "base",
    "core",
}
LOOSE_ENDS = re.compile(
    r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|for now)\b|not (yet )?implemented", re.IGNORECASE
)


def parts(path: Path) -> tuple[str, ...]:
    return path.relative_to(SOURCE).with_suffix("").parts


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(nicol.__path__, "nicol."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def test_only_dialects_and_drivers_ask_which_database_it_is() -> None:
    outside = [path for path in FILES if parts(path)[0] not in ("dialects", "drivers")]
    questions = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in outside
        for line in database_questions(path.read_text())
    ]
    assert not questions


def database_questions(source: str) -> list[int]:
    """The lines on which a comparison, a `case` or an `isinstance` decides by the name of a database."""
    return sorted({node.lineno for node in ast.walk(ast.parse(source)) if is_question(node)})  # type: ignore[attr-defined]


def is_question(node: ast.AST) -> bool:
    match node:
        case ast.Compare():
            return any(names_database(part) for part in (node.left, *node.comparators))
        case ast.MatchValue():
            return names_database(node.value)
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
            return bool(re.search("sqlite|postgres|mysql", ast.unparse(kinds), re.IGNORECASE))
        case ast.Call(func=ast.Attribute(attr="startswith")):
            return any(names_database(part) for part in node.args)
        case _:
            return False


def names_database(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return text.lower().rstrip(":/") in DATABASES
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return any(names_database(item) for item in items)
        case _:
            return False


@pytest.mark.parametrize(
    "question",
    [
        'dialect.name == "sqlite"',
        'provider in ("postgresql", "postgres")',
        'match provider:\n    case "sqlite" | "x": pass',
        "isinstance(dialect, PostgresqlDialect)",
        'url.startswith("postgres://")',
    ],
)
def test_a_question_for_the_database_is_recognised(question: str) -> None:
    assert database_questions(question)
    assert not database_questions('dialects = {"sqlite": Sqlite()}; dialects[provider]; name == "users"')


def test_every_dialect_folder_holds_the_same_files() -> None:
    folders = [folder for folder in (SOURCE / "dialects").iterdir() if (folder / "provider.py").exists()]
    listings = {
        folder.name: sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
        for folder in folders
    }
    whole = {tuple(names) for names in listings.values() if "dialect.py" in names}
    assert len(whole) == 1, listings
    checked = [names for names in listings.values() if "dialect.py" not in names]
    assert checked == [["__init__.py", "provider.py"]] * 2, listings


def test_names_say_what_a_module_owns() -> None:
    assert not [
        path for path in FILES if VAGUE_WORDS & set(re.split(r"[^a-z]+", "_".join(parts(path)).lower()))
    ]


def test_nothing_is_left_unfinished() -> None:
    assert not [
        f"{path.relative_to(SOURCE)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if LOOSE_ENDS.search(line)
    ]


def test_everything_public_says_what_it_is() -> None:
    assert not [name for module in modules() for name in undocumented(module)]


def undocumented(module: ModuleType) -> Iterator[str]:
    """The module and its public classes, functions and methods that have no sentence; an override may inherit its own.

    A module with a stub is documented there.
    """
    if not module.__doc__:
        yield module.__name__
    stub = Path(module.__file__ or "").with_suffix(".pyi")
    members = vars(module).items() if not stub.exists() else ()
    for name, member in members:
        if name.startswith("_") or getattr(member, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(member) and not member.__doc__:
            yield f"{module.__name__}.{name}"
        if inspect.isclass(member) and not is_typeddict(member):
            yield from undocumented_parts(member)
    if stub.exists():
        yield from (f"{module.__name__}.{name}" for name in undocumented_in_stub(ast.parse(stub.read_text())))


def undocumented_in_stub(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("_") and not ast.get_docstring(node):
                    yield name
            case _:
                pass


def undocumented_parts(cls: type[Any]) -> Iterator[str]:
    path = f"{cls.__module__}.{cls.__qualname__}"
    if not cls.__doc__ or cls.__doc__.startswith(f"{cls.__name__}("):
        yield path
    for name, member in vars(cls).items():
        callable_or_property = inspect.isroutine(member) or isinstance(
            member, (property, classmethod, staticmethod)
        )
        if not name.startswith("_") and callable_or_property and not inspect.getdoc(getattr(cls, name)):
            yield f"{path}.{name}"
