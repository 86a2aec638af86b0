"""Every kind of change has its sentence."""

from __future__ import annotations

import pytest

from nicol.catalog import (
    Check,
    Column,
    ColumnType,
    EnumType,
    Extension,
    ForeignKey,
    Index,
    IndexColumn,
    ObjectName,
    PrimaryKey,
    Table,
)
from nicol.dialects import changes as c
from nicol.migrate.summary import summary

TEXT = Column("a", ColumnType("TEXT"))
OPTIONAL = Column("a", ColumnType("INTEGER"), nullable=True)
TABLE = Table("T", (TEXT,))
NAME = ObjectName("T", "shop")
KEY = PrimaryKey(("a", "b"), "T_pkey")
INDEX = Index("T_a_key", (IndexColumn("a"),), unique=True)
FOREIGN = ForeignKey(("a",), "U", ("id",), name="T_a_fkey")
NAMELESS = ForeignKey(("a",), "U", ("id",))


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (c.CreateNamespace("shop"), ["+ namespace shop"]),
        (c.CreateExtension(Extension("citext")), ["+ extension citext"]),
        (c.CreateEnum(EnumType("K", ("A",))), ["+ enum K"]),
        (c.DropEnum(EnumType("K", ("A",))), ["- enum K"]),
        (
            c.AlterEnum(EnumType("K", ("A", "B")), EnumType("K", ("A", "C"))),
            ["+ value C of enum K", "- value B of enum K"],
        ),
        (c.CreateTable(TABLE), ["+ table T"]),
        (c.DropTable(TABLE), ["- table T"]),
        (c.RedefineTables((c.Redefinition(TABLE, TABLE),)), ["* table T (made anew)"]),
        (
            c.AlterTable(
                NAME,
                (
                    c.AddColumn(TEXT),
                    c.DropColumn(TEXT),
                    c.AlterColumn(TEXT, OPTIONAL),
                    c.AddPrimaryKey(KEY),
                    c.DropPrimaryKey(KEY),
                    c.RenamePrimaryKey(KEY, PrimaryKey(("a", "b"), "other")),
                    c.AddCheck(Check("positive", "a > 0")),
                    c.DropCheck(Check(None, "a > 0")),
                ),
            ),
            [
                "+ column a of table shop.T",
                "- column a of table shop.T",
                "* column a (type TEXT to INTEGER, optional) of table shop.T",
                "+ primary key (a, b) of table shop.T",
                "- primary key (a, b) of table shop.T",
                "* primary key T_pkey (called other now) of table shop.T",
                "+ check positive of table shop.T",
                "- check a > 0 of table shop.T",
            ],
        ),
        (c.CreateIndex(NAME, INDEX), ["+ unique index T_a_key of table shop.T"]),
        (c.DropIndex(NAME, INDEX), ["- unique index T_a_key of table shop.T"]),
        (
            c.RenameIndex(NAME, INDEX, Index("x", INDEX.columns, unique=True)),
            ["* unique index T_a_key of table shop.T is called x"],
        ),
        (c.AddForeignKey(NAME, NAMELESS), ["+ foreign key (a) of table shop.T"]),
        (c.DropForeignKey(NAME, FOREIGN), ["- foreign key T_a_fkey of table shop.T"]),
        (
            c.RenameForeignKey(NAME, FOREIGN, ForeignKey(("a",), "U", ("id",), name="x")),
            ["* foreign key T_a_fkey of table shop.T is called x"],
        ),
    ],
)
def test_every_change_has_its_sentence(change: c.Change, sentences: list[str]) -> None:
    assert list(summary([change])) == sentences
