"""The Python names of a schema's things: delegates in snake case, a trailing underscore where a word is taken."""

from __future__ import annotations

import keyword
import re

from nicol.schema.schema import Field, Model, RelationField, ScalarField, Schema, Unsupported

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

CLIENT_WORDS = frozenset(
    {
        "acting_as",
        "advisory_lock",
        "after_commit",
        "batch",
        "batch_program",
        "batch_source",
        "begin",
        "commit",
        "connect",
        "disconnect",
        "execute_raw",
        "is_connected",
        "metrics",
        "on",
        "primary",
        "query_first",
        "query_raw",
        "retrying",
        "rollback",
        "scoped",
        "sql",
        "tagged",
        "tx",
    }
)
"""The public names of a client, which a delegate cannot have."""

RECORD_WORDS = frozenset(
    {
        "counts",
        "model_copy",
        "model_dump",
        "model_dump_json",
        "model_json_schema",
        "model_validate",
        "model_validate_json",
    }
)
"""The public names of a record, which a field cannot have."""

PYDANTIC_WORDS = frozenset(
    {
        "model_computed_fields",
        "model_config",
        "model_construct",
        "model_extra",
        "model_fields",
        "model_fields_set",
        "model_parametrized_name",
        "model_post_init",
        "model_rebuild",
    }
)
"""What pydantic's models need for themselves, beside the names that records have too."""

PACKAGE_WORDS = frozenset({"AsyncClient", "Client", "delegates", "enums", "models", "types"})
"""The names that a generated package keeps for itself: a model or enum called so is reached through its module."""


BLOCK = "# -------- "
"""What the line begins with that opens the types of a model or an enum; its name follows."""


def delegate_name(model: str) -> str:
    """The attribute of a client that leads to a model: `DashboardFact` is `dashboard_fact`, `Import` is `import_`."""
    name = _BOUNDARY.sub("_", model).lower()
    return f"{name}_" if keyword.iskeyword(name) or name in CLIENT_WORDS else name


def attribute_name(field: str) -> str:
    """The attribute of a record that holds a field: `from` is `from_`, all others are spelled as in the schema."""
    return f"{field}_" if keyword.iskeyword(field) or field in RECORD_WORDS else field


def member_name(value: str) -> str:
    """The member of an enum that stands for a value: `None` is `None_`; the value itself is never changed."""
    return f"{value}_" if keyword.iskeyword(value) or value == "mro" else value


def visible_models(schema: Schema) -> tuple[Model, ...]:
    """The models and views that a client shows."""
    return tuple(model for model in schema.readable if not model.ignored)


def visible_scalars(model: Model) -> tuple[ScalarField, ...]:
    """The columns that a client shows, in the schema's order."""
    return tuple(
        field for field in model.scalars if not field.ignored and not isinstance(field.type, Unsupported)
    )


def visible_relations(schema: Schema, model: Model) -> tuple[RelationField, ...]:
    """The fields that lead to models and views that a client shows."""
    hidden = {other.name for other in schema.readable if other.ignored}
    return tuple(field for field in model.relations if not field.ignored and field.model not in hidden)


def visible_fields(schema: Schema, model: Model) -> tuple[Field, ...]:
    """Everything that a record of the model holds, in the schema's order."""
    shown = {field.name for field in visible_scalars(model)}
    shown |= {field.name for field in visible_relations(schema, model)}
    return tuple(field for field in model.fields if field.name in shown)
