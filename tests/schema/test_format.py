"""The formatter on corpus files: our own with their expectations, and real schemas as Prisma formats them, where present."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.diagnostics import Source
from nicol.schema.format import format_sources, format_text
from nicol.schema.format_words import camel_case, plural

OWN = Path(__file__).resolve().parents[1] / "corpus" / "format"
REAL = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SUFFIX = ".formatted.prisma"


def names(folder: Path) -> list[object]:
    """The schemas of a folder that have an expectation."""
    found = sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))
    return [pytest.param(name, id=name) for name in found] or [pytest.param("", id="absent")]


@pytest.mark.proves("Schema", "schemas are formatted")
@pytest.mark.parametrize("name", names(OWN))
def test_a_schema_is_formatted_as_expected(name: str):
    expected = (OWN / f"{name}{SUFFIX}").read_text("utf-8")
    assert format_text((OWN / f"{name}.prisma").read_text("utf-8")) == expected
    assert format_text(expected) == expected


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the corpus of real schemas is not here")
@pytest.mark.parametrize("name", names(REAL / "golden"))
def test_a_real_schema_is_formatted_to_the_byte_as_prisma_does(name: str):
    text = (REAL / "schemas" / f"{name}.prisma").read_bytes().decode("utf-8")
    formatted = format_text(text)
    expected = (REAL / "golden" / f"{name}{SUFFIX}").read_bytes().decode("utf-8")
    assert formatted.replace("\r\n", "\n") == expected
    assert format_text(formatted) == formatted


def test_line_ends_and_byte_order_mark_are_kept():
    text = "\ufeffmodel A {\r\n id Int @id\r\n\r\n\r\n  name String // é\r\n}\r\n"
    expected = "\ufeffmodel A {\r\n  id Int @id\r\n\r\n  name String // é\r\n}\r\n"
    assert format_text(text) == expected


def test_what_relations_lack_is_found_across_files():
    user = Source("user.prisma", "model User {\n  id Int @id\n}\n")
    post = Source("post.prisma", "model Post {\n  id Int @id\n  author User\n}\n")
    formatted = format_sources((user, post))
    assert [source.path for source in formatted] == ["user.prisma", "post.prisma"]
    assert "  posts Post[]\n" in formatted[0].text
    assert "  author User @relation(fields: [userId], references: [id])\n  userId Int\n" in formatted[1].text


def test_a_schema_with_other_faults_is_not_completed():
    text = "model User {\n  id    Int     @id\n  posts Post[]\n  what  Nothing\n}\n\nmodel Post {\n  id Int @id\n}\n"
    assert format_text(text) == text


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("OrderItem", "orderItems"),
        ("person_address", "personAddresses"),
        ("HTTPServer", "httpservers"),
        ("Foo2bar", "foo2Bars"),
        ("City", "cities"),
        ("Person", "people"),
        ("Child", "children"),
        ("Equipment", "equipment"),
        ("Status", "statuses"),
        ("Index", "indices"),
        ("Knife", "knives"),
        ("Quiz", "quizzes"),
        ("Datum", "data"),
        ("Radius", "radii"),
        ("Hero", "heroes"),
        ("Analysis", "analyses"),
        ("Alumna", "alumnae"),
        ("Menu", "menus"),
        ("exam", "exams"),
    ],
)
def test_lists_of_a_model_are_called_by_its_plural(model: str, field: str):
    assert plural(camel_case(model)) == field


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "model A {",
        "model A {\n" * 3000,
        "foo {\n" * 3000,
        "/* " * 3000,
        '"' * 3000,
        "model A {\n  id Int @default(" + "[" * 100_000 + "\n}\n",
        "model A {\n  id Int @default(" + "a(" * 50_000 + ")" * 50_000 + ")\n}\n",
        "model A {\n" + "/* x */ " * 3000 + "\n}\n",
        "}\n" * 3000,
        "\0\ufffe\u202e",
    ],
    ids=range(12),
)
def test_no_text_is_too_strange(text: str):
    formatted = format_text(text)
    assert format_text(formatted) == formatted


def test_a_line_that_cannot_be_read_keeps_the_comment_that_it_opens():
    text = "model P {\n  e/*\n/**/r\n  id   Int\n}\n"
    assert format_text(text) == "model P {\n  e/*\n/**/r\n  id Int\n}\n"
    assert format_text(format_text(text)) == format_text(text)


@pytest.mark.parametrize(
    "text", ["\n\ufeff ", "\n\ufeff\ufeff  x", "\r\n\ufeff\r\nmodel A {\r\n}", "\ufeff\n\ufeff \n"]
)
def test_a_byte_order_mark_behind_blank_lines_comes_to_rest_at_once(text: str):
    assert format_text(format_text(text)) == format_text(text)
