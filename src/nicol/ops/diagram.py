"""Diagrams: the project's schema, or a part of it, drawn in the wanted words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias, assert_never

from nicol.diagnostics import suggestion
from nicol.diagram.describe import around, describe
from nicol.diagram.diagram import Diagram
from nicol.diagram.dot import dot
from nicol.diagram.mermaid import mermaid
from nicol.errors import ConfigurationError
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.schema.schema import Schema

Form: TypeAlias = Literal["svg", "mermaid", "dot"]


def draw_diagram(
    project: Project,
    form: Form,
    *,
    models: Sequence[str] = (),
    centres: Sequence[str] = (),
    depth: int = 1,
    keys_only: bool = False,
    title: str = "Schema",
) -> str:
    """The diagram of the named models and of those around the centres; of all where none is named.

    SchemaInvalid where the schema has errors, ConfigurationError where it has no such model.
    """
    schema = read_schema(project).schema
    names = _chosen(schema, models, centres, depth)
    return _drawn(describe(schema, names, keys_only=keys_only), form, title)


def _chosen(
    schema: Schema, models: Sequence[str], centres: Sequence[str], depth: int
) -> Collection[str] | None:
    known = [model.name for model in schema.readable]
    for name in (*models, *centres):
        if name not in known:
            near = suggestion(name, known)
            raise ConfigurationError(
                f"the schema has no model {name}",
                help=f"did you mean {near}?" if near else "name a model or view of the schema",
            )
    return {*models, *around(schema, centres, depth)} if models or centres else None


def _drawn(diagram: Diagram, form: Form, title: str) -> str:
    match form:
        case "svg":
            from nicol.diagram.svg import svg

            return svg(diagram, title)
        case "mermaid":
            return mermaid(diagram)
        case "dot":
            return dot(diagram)
        case _:
            assert_never(form)
