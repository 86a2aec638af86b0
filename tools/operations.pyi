"""What a delegate takes and returns: at run time one class, whose answers a client returns or awaits."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar, overload

from nicol.client.batch import Pending
from nicol.client.client import Client
from nicol.client.client_async import AsyncClient
from nicol.client.inputs.locks import LockInput
from nicol.client.limits import Seconds
from nicol.query.upserted import Upserted

T = TypeVar("T")
READS: tuple[str, ...]
WRITES: tuple[str, ...]

M = TypeVar("M")
Fields = TypeVar("Fields")
Where = TypeVar("Where")
Unique = TypeVar("Unique")
Create = TypeVar("Create")
CreateMany = TypeVar("CreateMany")
Update = TypeVar("Update")
UpdateMany = TypeVar("UpdateMany")
Order = TypeVar("Order")
Include = TypeVar("Include")
Select = TypeVar("Select")
Omit = TypeVar("Omit")
FieldName = TypeVar("FieldName", bound=str)
KeyName = TypeVar("KeyName", bound=str)
By = TypeVar("By")
Having = TypeVar("Having")
GroupOrder = TypeVar("GroupOrder")
CountName = TypeVar("CountName", bound=str)
DistinctName = TypeVar("DistinctName", bound=str)
NumberName = TypeVar("NumberName", bound=str)
ComparedName = TypeVar("ComparedName", bound=str)
Counted = TypeVar("Counted")
Aggregated = TypeVar("Aggregated")
Grouped = TypeVar("Grouped")

class ViewDelegate(
    Generic[
        M,
        Fields,
        Where,
        Unique,
        Order,
        Include,
        Select,
        Omit,
        FieldName,
        By,
        Having,
        GroupOrder,
        CountName,
        DistinctName,
        NumberName,
        ComparedName,
        Counted,
        Aggregated,
        Grouped,
    ]
):
    """The operations of one view, and those of a model that only read."""

    def __init__(self, client: Client) -> None:
        """The operations on a client: for a class of your own that adds some to them."""

    @property
    def fields(self) -> Fields:
        """The model's fields, to be compared with one another in filters."""

    def find_unique(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M | None:
        """The row of a unique key, or None."""

    def find_unique_or_raise(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """The row of a unique key; RecordNotFound where there is none."""

    def find_first(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M | None:
        """The first row that fits, or None."""

    def find_first_or_raise(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """The first row that fits; RecordNotFound where there is none."""

    def find_many(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Every row that fits, in the order asked for; a negative `take` counts from the end."""

    def stream(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        batch: int = 500,
        timeout: Seconds | None = None,
    ) -> Iterator[M]:
        """Every row that fits, one after the other; `batch` rows are read at once, `timeout` is for each such piece."""

    @overload
    def count(
        self,
        *,
        select: None = None,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """How many rows fit."""
    @overload
    def count(
        self,
        *,
        select: CountName | Sequence[CountName] | Mapping[CountName, bool],
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        timeout: Seconds | None = None,
    ) -> Counted:
        """How many rows fit; with `select` how many of the named fields are not null, `_all` for rows."""

    def aggregate(
        self,
        *,
        count: bool | CountName | Sequence[CountName] | Mapping[CountName, bool] | None = None,
        count_distinct: DistinctName | Sequence[DistinctName] | Mapping[DistinctName, bool] | None = None,
        sum: NumberName | Sequence[NumberName] | Mapping[NumberName, bool] | None = None,
        avg: NumberName | Sequence[NumberName] | Mapping[NumberName, bool] | None = None,
        min: ComparedName | Sequence[ComparedName] | Mapping[ComparedName, bool] | None = None,
        max: ComparedName | Sequence[ComparedName] | Mapping[ComparedName, bool] | None = None,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        timeout: Seconds | None = None,
    ) -> Aggregated:
        """Measures of the rows of a page, each under its name with an underscore before it."""

    def group_by(
        self,
        *,
        by: By,
        count: bool | CountName | Sequence[CountName] | Mapping[CountName, bool] | None = None,
        count_distinct: DistinctName | Sequence[DistinctName] | Mapping[DistinctName, bool] | None = None,
        sum: NumberName | Sequence[NumberName] | Mapping[NumberName, bool] | None = None,
        avg: NumberName | Sequence[NumberName] | Mapping[NumberName, bool] | None = None,
        min: ComparedName | Sequence[ComparedName] | Mapping[ComparedName, bool] | None = None,
        max: ComparedName | Sequence[ComparedName] | Mapping[ComparedName, bool] | None = None,
        where: Where | None = None,
        having: Having | None = None,
        order: GroupOrder | Sequence[GroupOrder] | None = None,
        take: int | None = None,
        skip: int | None = None,
        timeout: Seconds | None = None,
    ) -> list[Grouped]:
        """The groups of the rows that fit, with what they have in common and their measures."""

class Delegate(
    ViewDelegate[
        M,
        Fields,
        Where,
        Unique,
        Order,
        Include,
        Select,
        Omit,
        FieldName,
        By,
        Having,
        GroupOrder,
        CountName,
        DistinctName,
        NumberName,
        ComparedName,
        Counted,
        Aggregated,
        Grouped,
    ],
    Generic[
        M,
        Fields,
        Where,
        Unique,
        Create,
        CreateMany,
        Update,
        UpdateMany,
        Order,
        Include,
        Select,
        Omit,
        FieldName,
        KeyName,
        By,
        Having,
        GroupOrder,
        CountName,
        DistinctName,
        NumberName,
        ComparedName,
        Counted,
        Aggregated,
        Grouped,
    ],
):
    """The operations of one model."""

    def create(
        self,
        *,
        data: Create,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Write one row, with the rows nested in it, and return it."""

    def create_many(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Write many rows, with the rows nested in them, in one statement a level; how many were written."""

    def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Write many rows, with the rows nested in them, and return them in their order."""

    def update(
        self,
        *,
        where: Unique,
        data: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Change the row of a unique key and return it; RecordNotFound where there is none."""

    def update_many(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Change every row that fits, or so many of them; how many were changed."""

    def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Change every row that fits, or so many of them, and return them as they are then."""

    def update_each(
        self,
        *,
        data: Sequence[UpdateMany],
        key: KeyName,
        timeout: Seconds | None = None,
    ) -> int:
        """Change many rows, each in its own way; every one names the fields of its key. How many there were."""

    def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Change the row of a unique key, or write it where there is none, and return it."""

    def delete(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Delete the row of a unique key and return it as it was; RecordNotFound where there is none."""

    def upsert_many(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        timeout: Seconds | None = None,
    ) -> Upserted:
        """Write many rows; where a row of the key is there it gets the new values, those of some fields, or changes."""

    def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Write many rows or change those of their keys, and return all of them in their order."""

    def delete_many(
        self,
        *,
        where: Where = ...,
        limit: int | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Delete every row that fits, or so many of them; how many were deleted."""

    def delete_many_and_return(
        self,
        *,
        where: Where = ...,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Delete every row that fits, or so many of them, and return them as they were."""

def delegate_class(name: str, module: str, model: str, base: type[Any]) -> type[Any]:
    """The class of the operations of one model or view, made with the client that answers them."""
