"""A generated package whose models are pydantic's own (`models = "pydantic"`): what it makes of the schema."""

from __future__ import annotations

import importlib
import warnings
from types import GenericAlias
from typing import Annotated, Any, ClassVar, cast

from nicol.client.names import attribute_name, visible_fields
from nicol.client.package import Package
from nicol.client.shaped import COUNTS
from nicol.errors import NicolError
from nicol.schema.schema import Arity, Field, Model, RelationField, Scalar

try:
    from pydantic import Field as FieldOf
    from pydantic import create_model

    from nicol.client.pydantic_record import Base64, CountsRecord, PydanticRecord, TypedJson
except ModuleNotFoundError as error:
    if error.name != "pydantic":
        raise
    raise NicolError(
        "the client was generated with models of pydantic, which is not installed",
        help="pip install pydantic",
    ) from None


class PydanticPackage(Package):
    """The package with its models as subclasses of `pydantic.BaseModel`."""

    models_are: ClassVar[str] = "pydantic"

    def model(self, name: str) -> Any:
        """The class of a model. All that it leads to are made with it, since pydantic wants to know their names."""
        made = self._records.get(name)
        if made is None:
            with self._making:
                self._make_all(name)
                made = self._records[name]
        return made

    def _make_all(self, name: str) -> None:
        module, waiting = importlib.import_module(f"{self.name}.models"), [name]
        while waiting:
            each = waiting.pop()
            if each in self.models and each not in self._records:
                made = self._records[each] = self._make_record(self.models[each])
                setattr(module, each, made)
                waiting += [field.model for field in self.models[each].relations]

    def _make_record(self, model: Model) -> Any:
        fields = {
            attribute_name(field.name): self._definition(field)
            for field in visible_fields(self.schema, model)
        }
        with (
            warnings.catch_warnings()
        ):  # a field may be called as a method of pydantic's models: it goes before it
            warnings.simplefilter("ignore", UserWarning)
            made = create_model(
                model.name,
                __base__=PydanticRecord,
                __module__=f"{self.name}.models",
                __doc__=model.documentation,
                **cast("Any", fields),
            )
        made.__nicol_package__ = self
        made.__nicol_model__ = model.name
        made.__nicol_whole__ = made
        return made

    def _definition(self, field: Field) -> tuple[Any, Any]:
        """The type of a field and what pydantic knows of it besides."""
        name = field.name if attribute_name(field.name) != field.name else None
        if isinstance(field, RelationField):
            many = field.arity is Arity.LIST
            spelled = f"list[{field.model}] | None" if many else f"{field.model} | None"
            return spelled, FieldOf(None, alias=name, description=field.documentation)
        one: Any = Annotated[bytes, Base64] if field.type is Scalar.BYTES else self.python_type(field.type)
        if field.json_type is not None:
            one = Annotated[Any, TypedJson(self.json_class(field.json_type))]
        match field.arity:
            case Arity.REQUIRED:
                return one, FieldOf(..., alias=name, description=field.documentation)
            case Arity.OPTIONAL:
                return one | None, FieldOf(None, alias=name, description=field.documentation)
            case Arity.LIST:
                item = GenericAlias(list, (one,))
                return item, FieldOf(default_factory=list, alias=name, description=field.documentation)

    def counted(self, record: Any, relations: tuple[str, ...]) -> Any:
        """The class of a model's records with the counts of these relations."""
        key = (record, relations)
        made: Any = self._shapes.get(key)
        if made is None:
            names: dict[str, Any] = {attribute_name(name): (int, ...) for name in relations}
            counts = create_model(f"{record.__name__}Counts", __base__=CountsRecord, **names)
            counts.__nicol_record__, counts.__nicol_counted__ = record, relations
            field: Any = (counts, FieldOf(..., alias="_count"))
            made = create_model(
                record.__name__, __base__=record, __module__=record.__module__, **{COUNTS: field}
            )
            made.__nicol_counted__ = relations
            self._shapes[key] = made
        return made
