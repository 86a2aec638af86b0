"""What a diagram shows of a schema: all of it, or the part that is asked for."""

from __future__ import annotations

import pytest

from nicol.diagram.describe import around, describe
from nicol.diagram.diagram import Diagram, End, EntityKind
from nicol.schema.schema import Schema


def rows(diagram: Diagram, name: str) -> list[str]:
    """The rows of an entity: keys, name and type."""
    (entity,) = [entity for entity in diagram.entities if entity.name == name]
    return [" ".join((*row.keys, row.name, row.type)).strip() for row in entity.rows]


def test_everything_is_shown(shop: Schema):
    diagram = describe(shop)
    kinds = {kind: [entity.name for entity in diagram.entities if entity.kind is kind] for kind in EntityKind}
    assert kinds == {
        EntityKind.MODEL: ["User", "Card", "Order", "Line", "Tag", "Alone"],
        EntityKind.VIEW: ["Sales"],
        EntityKind.ENUM: ["Kind", "Unused"],
    }
    assert rows(diagram, "User") == ["PK id Int", "UK email String", "name String?", "FK bossId Int?"]
    assert rows(diagram, "Card") == ["PK FK userId Int"]
    assert rows(diagram, "Order")[:5] == [
        "PK shop String",
        "PK number Int",
        "kind Kind",
        "places String[]",
        "shape double precision",
    ]
    assert rows(diagram, "Sales") == ["UK day DateTime", "total Int", "FK bestId Int?"]
    assert rows(diagram, "Kind") == ["NEW", "OLD"]


@pytest.mark.parametrize(
    ("label", "source", "ends", "target"),
    [
        ("boss", "User", (End.OPTIONAL, End.MANY), "User"),
        ("user", "User", (End.ONE, End.OPTIONAL), "Card"),
        ("user", "User", (End.ONE, End.MANY), "Order"),
        ("order", "Order", (End.ONE, End.MANY), "Line"),
        ("users / tags", "Tag", (End.MANY, End.MANY), "User"),
        ("best", "User", (End.OPTIONAL, End.MANY), "Sales"),
    ],
)
def test_relations_become_links(shop: Schema, label: str, source: str, ends: tuple[End, End], target: str):
    links = [
        (link.label, link.source, (link.source_end, link.target_end), link.target)
        for link in describe(shop).links
    ]
    assert len(links) == 6
    assert (label, source, ends, target) in links


def test_notes_say_what_boxes_do_not(shop: Schema):
    diagram = describe(shop)
    user = diagram.entities[0]
    assert user.note == "table users\nWho orders."
    assert [row.note for row in user.rows] == [
        None,
        "@db.VarChar(80)",
        "column full_name\nmay be hidden",
        None,
    ]
    notes = {(link.source, link.target): link.note for link in diagram.links}
    assert notes["User", "Order"] == (
        "Order.user → User\nOrder.userId references User.id\non delete: Restrict · on update: NoAction"
    )
    assert "Line(shop, number) references Order(shop, number)" in notes["Order", "Line"]
    assert notes["Tag", "User"] == "Tag.users ⟷ User.tags\nthrough the table _TagToUser"


def test_a_part_brings_its_relations_and_enums_only(shop: Schema):
    part = describe(shop, {"Order", "Line"})
    assert [entity.name for entity in part.entities] == ["Order", "Line", "Kind"]
    assert [link.label for link in part.links] == ["order"]
    assert [entity.name for entity in describe(shop, {"Sales"}).entities] == ["Sales"]


def test_keys_only_leaves_the_other_columns_out(shop: Schema):
    diagram = describe(shop, keys_only=True)
    assert rows(diagram, "User") == ["PK id Int", "UK email String", "FK bossId Int?"]
    assert {entity.name: entity.left_out for entity in diagram.entities} == {
        "User": 1, "Card": 0, "Order": 3, "Line": 0, "Tag": 1, "Alone": 0, "Sales": 1,
    }  # fmt: skip
    assert len(diagram.links) == 6


@pytest.mark.parametrize(
    ("centre", "depth", "reached"),
    [
        ("Card", 0, "Card"),
        ("Card", 1, "Card User"),
        ("Card", 2, "Card Order Sales Tag User"),
        ("Card", 9, "Card Line Order Sales Tag User"),
        ("Alone", 3, "Alone"),
    ],
)
def test_around_a_model_are_those_it_is_related_to(shop: Schema, centre: str, depth: int, reached: str):
    assert sorted(around(shop, [centre], depth)) == reached.split()
