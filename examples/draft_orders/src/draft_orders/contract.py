"""What Shopify answers, as far as it is needed here. An answer of another form is a ValidationError."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _Spoken(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class DraftOrder(_Spoken):
    """What Shopify has made."""

    id: str
    name: str


class UserError(_Spoken):
    """Why Shopify has made nothing."""

    message: str


class Created(_Spoken):
    """The payload of `draftOrderCreate`."""

    draft_order: DraftOrder | None
    user_errors: list[UserError]


class Found(_Spoken):
    """The draft orders of a search."""

    nodes: list[DraftOrder]


class Data(_Spoken):
    """The fields that were asked for; None where a field failed."""

    draft_order_create: Created | None = None
    draft_orders: Found | None = None


class Code(_Spoken):
    """What kind of error it is."""

    code: str = ""


class Fault(_Spoken):
    """An error of GraphQL's own."""

    message: str
    extensions: Code = Code()


class ThrottleStatus(_Spoken):
    """The points of a store, and how many come back in a second."""

    currently_available: float = 0
    restore_rate: float = 50


class Cost(_Spoken):
    """What a query costs, in points."""

    requested_query_cost: float = 10
    throttle_status: ThrottleStatus = ThrottleStatus()


class Extensions(_Spoken):
    """What stands beside the data."""

    cost: Cost = Cost()


class Answer(_Spoken):
    """The body of an answer. Without data nothing was executed."""

    data: Data | None = None
    errors: list[Fault] = []
    extensions: Extensions = Extensions()

    @property
    def codes(self) -> set[str]:
        """The kinds of its errors."""
        return {error.extensions.code for error in self.errors}

    @property
    def complaint(self) -> str:
        """Its errors in one line."""
        return "; ".join(error.message for error in self.errors)
