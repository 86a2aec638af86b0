"""Somebody is asked whether what looks renamed was: each thing once, for all databases of a project."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from nicol.dialects import changes as c
from nicol.dialects import named
from nicol.errors import ConfigurationError, MigrationError
from nicol.migrate.lower import lower
from nicol.ops.questions import Nobody, Question, Unanswered
from nicol.ops.renaming import Renaming, said
from tests.migrate.engine import schema_of

BEFORE = """
model User {
  id   Int     @id
  name String?
  role Role    @default(USER)
}

enum Role {
  USER
  ADMIN
}
"""
AFTER = BEFORE.replace("name String?", "fullName String?").replace("USER", "MEMBER")


@dataclass
class Somebody:
    """A person with an answer for each question that is asked."""

    answers: list[bool]
    asked: list[str] = field(default_factory=list)

    def confirm(self, question: Question) -> bool:
        self.asked.append(question.flag)
        return self.answers[len(self.asked) - 1]


def settled(renaming: Renaming, provider: str) -> tuple[c.Rename, ...]:
    """The renames from one schema to the other on one database of a portable project."""
    dialect = named(provider, portable=True)
    before, after = (lower(schema_of(text, dialect), dialect) for text in (BEFORE, AFTER))
    return renaming.between(before, after, dialect)


def renaming(somebody: Somebody | Nobody | None, *flags: str, drops: tuple[str, ...] = ()) -> Renaming:
    return Renaming(schema_of(AFTER, named("sqlite", portable=True)), said(flags, drops), somebody)


@pytest.mark.proves(
    "Migrations", "somebody at a terminal is asked about what looks renamed, once for both databases"
)
def test_a_yes_serves_both_databases():
    somebody = Somebody([True, True])
    asked = renaming(somebody)
    assert settled(asked, "sqlite") == (
        c.RenameColumn(asked_table(), "name", "fullName"),
        c.RewriteValue(asked_table(), "role", "USER", "MEMBER"),
    )
    assert settled(asked, "postgresql")[0] == c.RenameColumn(asked_table(), "name", "fullName")
    assert somebody.asked == ["--rename User.name=fullName", "--rename Role.USER=MEMBER"]


def asked_table() -> c.ObjectName:
    return c.ObjectName("User")


def test_a_no_lets_it_go_and_is_not_asked_again():
    somebody = Somebody([False, False])
    asked = renaming(somebody)
    assert settled(asked, "postgresql") == ()
    assert settled(asked, "sqlite") == ()
    assert len(somebody.asked) == 2


def test_what_flags_answer_is_not_asked():
    asked = renaming(Nobody(), "User.name=fullName", drops=("Role.USER",))
    assert settled(asked, "sqlite") == (c.RenameColumn(asked_table(), "name", "fullName"),)


def test_where_nobody_can_be_asked_all_flags_are_named_at_once():
    with pytest.raises(Unanswered) as caught:
        settled(renaming(Nobody(), "Role.USER=MEMBER"), "postgresql")
    assert "--rename User.name=fullName" in (caught.value.help or "")
    assert "--no-rename User.name" in (caught.value.help or "")


RIVALS = BEFORE.replace("  USER\n", "  GUEST\n  MEMBER\n").replace("(USER)", "(MEMBER)")


@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("answers", "wished"), [([True], "GUEST"), ([False, True], "MEMBER"), ([False] * 2, None)]
)
def test_each_new_name_that_is_likely_is_asked_about(provider: str, answers: list[bool], wished: str | None):
    dialect = named(provider, portable=True)
    before, after = (lower(schema_of(text, dialect), dialect) for text in (BEFORE, RIVALS))
    asked = Renaming(schema_of(RIVALS, dialect), said((), ()), somebody := Somebody(answers))
    asked.between(before, after, dialect)
    assert somebody.asked == ["--rename Role.USER=GUEST", "--rename Role.USER=MEMBER"][: len(answers)]
    assert [wish.new for wish in asked.answered] == ([wished] if wished else [])
    with pytest.raises(Unanswered, match="looks renamed to `GUEST` or `MEMBER`"):
        Renaming(schema_of(RIVALS, dialect), said((), ()), Nobody()).between(before, after, dialect)


def test_nobody_is_asked_where_nothing_would_be_lost():
    asked = renaming(Nobody())
    asked.worth = lambda _: False
    assert settled(asked, "postgresql") == ()


def test_without_anybody_to_ask_what_looks_renamed_is_remarked():
    asked = renaming(None)
    settled(asked, "postgresql")
    assert any("--rename User.name=fullName keeps it" in remark for remark in asked.remarks)


@pytest.mark.parametrize("flag", ["name", "=x", "User.=x", ".name=x", "User.name="])
def test_a_flag_that_is_no_rename_is_refused(flag: str):
    with pytest.raises(ConfigurationError):
        said((flag,), ())


def test_a_flag_that_finds_nothing_is_an_error():
    with pytest.raises(MigrationError, match="no column nmae"):
        settled(renaming(None, "User.nmae=fullName"), "postgresql")
