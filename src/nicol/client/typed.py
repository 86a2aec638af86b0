"""Typed SQL at run time: the queries of a package as functions, each a raw statement with typed values and typed rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nicol.client.raw import say
from nicol.errors import ClientError, DriverError

if TYPE_CHECKING:
    from nicol.query.typed import TypedQuery
    from nicol.query.typed_plan import TypedPlan
    from nicol.sql.program import Program


class Queries:
    """`db.sql`: a function for each file of SQL. The stub of the package says what each takes and returns."""

    __slots__ = ("_known", "_say")

    def __init__(
        self, known: Mapping[str, TypedQuery], say: Callable[[TypedQuery, dict[str, Any]], Any]
    ) -> None:
        self._known = known
        self._say = say

    def __getattr__(self, name: str) -> Callable[..., Any]:
        query = self._known.get(name)
        if query is None:
            raise AttributeError(
                f"there is no query {name!r}: write sql/{name}.sql beside the schema, and run `nicol generate --sql`",
                name=name,
                obj=self,
            )

        def call(**arguments: Any) -> Any:
            return self._say(query, arguments)

        call.__name__, call.__doc__ = name, query.documentation or None
        return call

    def __dir__(self) -> list[str]:
        return sorted(self._known)


def program_of(
    plan: TypedPlan, arguments: Mapping[str, Any], meaning: Callable[[DriverError], ClientError]
) -> Program[Any]:
    """The program that answers a call of a typed query."""
    try:
        result = yield from say(plan.text, plan.values(arguments), meaning)
        return plan.answered(result)
    except ClientError as error:
        error.call = f"{plan.name}({', '.join(arguments)})"
        raise
