"""The document: what the syntax tree keeps of a text."""

from __future__ import annotations

from nicol.diagnostics import Source
from nicol.schema.document import (
    Call,
    Constant,
    ListExpression,
    NumberLiteral,
    ObjectExpression,
    StringLiteral,
)
from nicol.schema.parse import parse

TEXT = """\
// a remark
/// Floating, and lost by the blank line.

/// A person.
// not documentation
/// Two lines.
model User { // head
  /// Above.
  id Int @id /// Behind.

  /// Forgotten.

  name /* inline */ String? @default("a\\u00e9\\n\\"") // plain
  tags String[]
  geo  Unsupported("point")?
  @@index(fields: [name(sort: Desc), tags], type: Gin, where: { name: { not: null }, n: -1.5 }) // key
}
"""


def test_comments_document_what_they_stand_above_or_behind():
    document = parse(Source("s", TEXT)).value
    user = document.models[0]
    assert user.documentation == "A person.\nTwo lines."
    assert [field.documentation for field in user.fields] == ["Above.\nBehind.", None, None, None]
    assert [comment.text for comment in user.fields[1].comments] == ["// plain"]


def test_every_comment_of_the_text_is_kept_in_order():
    comments = parse(Source("s", TEXT)).value.comments
    assert [comment.text[:12] for comment in comments[:3]] == ["// a remark", "/// Floating", "/// A person"]
    assert len(comments) == TEXT.count("//") + TEXT.count("/*")
    assert all(TEXT[comment.span.start : comment.span.end] == comment.text for comment in comments)


def test_expressions_of_every_kind_are_read():
    user = parse(Source("s", TEXT)).value.models[0]
    default = user.fields[1].attributes[0].arguments[0].value
    assert isinstance(default, StringLiteral)
    assert default.value == 'aé\n"'
    fields, type_, where = (argument.value for argument in user.attributes[0].arguments)
    assert isinstance(fields, ListExpression)
    assert [type(item) for item in fields.items] == [Call, Constant]
    assert isinstance(type_, Constant)
    assert isinstance(where, ObjectExpression)
    assert [entry.name.text for entry in where.entries if entry.name] == ["name", "n"]
    assert isinstance(where.entries[1].value, NumberLiteral)
    assert where.entries[1].value.text == "-1.5"


def test_spans_cover_what_they_name():
    user = parse(Source("s", TEXT)).value.models[0]
    field, key = user.fields[2], user.attributes[0]
    assert TEXT[field.type.span.start : field.type.span.end] == "String[]"
    assert TEXT[key.span.start : key.span.end].startswith("@@index(")
    assert TEXT[key.span.start : key.span.end].endswith("})")
    assert TEXT[user.span.start : user.span.end].endswith("}")


def test_an_unsupported_type_keeps_the_words_of_the_database():
    assert parse(Source("s", TEXT)).value.models[0].fields[3].type.unsupported == "point"


def test_what_can_be_read_of_a_broken_block_is_kept():
    parsed = parse(Source("s", "model A {\n  id Int @id\n  ]broken\n  name String @map(\n  last Int\n}\n"))
    assert [field.name.text for field in parsed.value.models[0].fields] == ["id", "name", "last"]
    assert [finding.code for finding in parsed.findings] == ["stray-line", "unclosed-bracket"]
