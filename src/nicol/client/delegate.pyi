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

    @overload
    def find_unique(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M | None:
        """The row of a unique key, or None."""

    @overload
    def find_unique(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T | None:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    def find_unique_or_raise(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """The row of a unique key; RecordNotFound where there is none."""

    @overload
    def find_unique_or_raise(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M | None:
        """The first row that fits, or None."""

    @overload
    def find_first(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T | None:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """The first row that fits; RecordNotFound where there is none."""

    @overload
    def find_first_or_raise(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Every row that fits, in the order asked for; a negative `take` counts from the end."""

    @overload
    def find_many(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        batch: int = 500,
        timeout: Seconds | None = None,
    ) -> Iterator[M]:
        """Every row that fits, one after the other; `batch` rows are read at once, `timeout` is for each such piece."""

    @overload
    def stream(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        batch: int = 500,
        timeout: Seconds | None = None,
    ) -> Iterator[T]:
        """The same with objects of `into`, whose fields say what is read."""

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

    @overload
    def create(
        self,
        *,
        data: Create,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Write one row, with the rows nested in it, and return it."""

    @overload
    def create(
        self,
        *,
        data: Create,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    def create_many(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Write many rows, with the rows nested in them, in one statement a level; how many were written."""

    @overload
    def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Write many rows, with the rows nested in them, and return them in their order."""

    @overload
    def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    def update(
        self,
        *,
        where: Unique,
        data: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Change the row of a unique key and return it; RecordNotFound where there is none."""

    @overload
    def update(
        self,
        *,
        where: Unique,
        data: Update,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    def update_many(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Change every row that fits, or so many of them; how many were changed."""

    @overload
    def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Change every row that fits, or so many of them, and return them as they are then."""

    @overload
    def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    def update_each(
        self,
        *,
        data: Sequence[UpdateMany],
        key: KeyName,
        timeout: Seconds | None = None,
    ) -> int:
        """Change many rows, each in its own way; every one names the fields of its key. How many there were."""

    @overload
    def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Change the row of a unique key, or write it where there is none, and return it."""

    @overload
    def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    def delete(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Delete the row of a unique key and return it as it was; RecordNotFound where there is none."""

    @overload
    def delete(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    def upsert_many(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        timeout: Seconds | None = None,
    ) -> Upserted:
        """Write many rows; where a row of the key is there it gets the new values, those of some fields, or changes."""

    @overload
    def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Write many rows or change those of their keys, and return all of them in their order."""

    @overload
    def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

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

class AsyncViewDelegate(
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
    """The operations of one view, and those of a model that only read, awaited."""

    def __init__(self, client: AsyncClient) -> None:
        """The operations on a client: for a class of your own that adds some to them."""

    @property
    def fields(self) -> Fields:
        """The model's fields, to be compared with one another in filters."""

    @overload
    async def find_unique(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M | None:
        """The row of a unique key, or None."""

    @overload
    async def find_unique(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T | None:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def find_unique_or_raise(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """The row of a unique key; RecordNotFound where there is none."""

    @overload
    async def find_unique_or_raise(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def find_first(
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
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M | None:
        """The first row that fits, or None."""

    @overload
    async def find_first(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T | None:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def find_first_or_raise(
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
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """The first row that fits; RecordNotFound where there is none."""

    @overload
    async def find_first_or_raise(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def find_many(
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
        into: None = None,
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Every row that fits, in the order asked for; a negative `take` counts from the end."""

    @overload
    async def find_many(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        batch: int = 500,
        timeout: Seconds | None = None,
    ) -> AsyncIterator[M]:
        """Every row that fits, one after the other; `batch` rows are read at once, `timeout` is for each such piece."""

    @overload
    def stream(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        batch: int = 500,
        timeout: Seconds | None = None,
    ) -> AsyncIterator[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def count(
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
    async def count(
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

    async def aggregate(
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

    async def group_by(
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

class AsyncDelegate(
    AsyncViewDelegate[
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
    """The operations of one model, awaited."""

    @overload
    async def create(
        self,
        *,
        data: Create,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Write one row, with the rows nested in it, and return it."""

    @overload
    async def create(
        self,
        *,
        data: Create,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    async def create_many(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Write many rows, with the rows nested in them, in one statement a level; how many were written."""

    @overload
    async def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Write many rows, with the rows nested in them, and return them in their order."""

    @overload
    async def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def update(
        self,
        *,
        where: Unique,
        data: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Change the row of a unique key and return it; RecordNotFound where there is none."""

    @overload
    async def update(
        self,
        *,
        where: Unique,
        data: Update,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    async def update_many(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Change every row that fits, or so many of them; how many were changed."""

    @overload
    async def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Change every row that fits, or so many of them, and return them as they are then."""

    @overload
    async def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    async def update_each(
        self,
        *,
        data: Sequence[UpdateMany],
        key: KeyName,
        timeout: Seconds | None = None,
    ) -> int:
        """Change many rows, each in its own way; every one names the fields of its key. How many there were."""

    @overload
    async def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Change the row of a unique key, or write it where there is none, and return it."""

    @overload
    async def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    async def delete(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> M:
        """Delete the row of a unique key and return it as it was; RecordNotFound where there is none."""

    @overload
    async def delete(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> T:
        """The same with objects of `into`, whose fields say what is read."""

    async def upsert_many(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        timeout: Seconds | None = None,
    ) -> Upserted:
        """Write many rows; where a row of the key is there it gets the new values, those of some fields, or changes."""

    @overload
    async def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Write many rows or change those of their keys, and return all of them in their order."""

    @overload
    async def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        timeout: Seconds | None = None,
    ) -> list[T]:
        """The same with objects of `into`, whose fields say what is read."""

    async def delete_many(
        self,
        *,
        where: Where = ...,
        limit: int | None = None,
        timeout: Seconds | None = None,
    ) -> int:
        """Delete every row that fits, or so many of them; how many were deleted."""

    async def delete_many_and_return(
        self,
        *,
        where: Where = ...,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        timeout: Seconds | None = None,
    ) -> list[M]:
        """Delete every row that fits, or so many of them, and return them as they were."""

class BatchViewDelegate(
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
    """The operations of one view, and those of a model that only read, in a batch."""

    @overload
    def find_unique(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        lock: LockInput | None = None,
    ) -> Pending[M | None]:
        """The row of a unique key, or None."""

    @overload
    def find_unique(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
    ) -> Pending[T | None]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    def find_unique_or_raise(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
        lock: LockInput | None = None,
    ) -> Pending[M]:
        """The row of a unique key; RecordNotFound where there is none."""

    @overload
    def find_unique_or_raise(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
    ) -> Pending[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        lock: LockInput | None = None,
    ) -> Pending[M | None]:
        """The first row that fits, or None."""

    @overload
    def find_first(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
    ) -> Pending[T | None]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        lock: LockInput | None = None,
    ) -> Pending[M]:
        """The first row that fits; RecordNotFound where there is none."""

    @overload
    def find_first_or_raise(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
    ) -> Pending[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
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
        into: None = None,
        lock: LockInput | None = None,
    ) -> Pending[list[M]]:
        """Every row that fits, in the order asked for; a negative `take` counts from the end."""

    @overload
    def find_many(
        self,
        *,
        where: Where | None = None,
        order: Order | Sequence[Order] | Literal["random"] | None = None,
        cursor: Unique | None = None,
        take: int | None = None,
        skip: int | None = None,
        distinct: FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
        lock: LockInput | None = None,
    ) -> Pending[list[T]]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    @overload
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
    ) -> Pending[int]:
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
    ) -> Pending[Counted]:
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
    ) -> Pending[Aggregated]:
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
    ) -> Pending[list[Grouped]]:
        """The groups of the rows that fit, with what they have in common and their measures."""

class BatchDelegate(
    BatchViewDelegate[
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
    """The operations of one model, in a batch."""

    @overload
    def create(
        self,
        *,
        data: Create,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[M]:
        """Write one row, with the rows nested in it, and return it."""

    @overload
    def create(
        self,
        *,
        data: Create,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[T]:
        """The same with objects of `into`, whose fields say what is read."""

    def create_many(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
    ) -> Pending[int]:
        """Write many rows, with the rows nested in them, in one statement a level; how many were written."""

    @overload
    def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[list[M]]:
        """Write many rows, with the rows nested in them, and return them in their order."""

    @overload
    def create_many_and_return(
        self,
        *,
        data: Sequence[Create],
        skip_duplicates: bool | None = None,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[list[T]]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    def update(
        self,
        *,
        where: Unique,
        data: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[M]:
        """Change the row of a unique key and return it; RecordNotFound where there is none."""

    @overload
    def update(
        self,
        *,
        where: Unique,
        data: Update,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[T]:
        """The same with objects of `into`, whose fields say what is read."""

    def update_many(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
    ) -> Pending[int]:
        """Change every row that fits, or so many of them; how many were changed."""

    @overload
    def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[list[M]]:
        """Change every row that fits, or so many of them, and return them as they are then."""

    @overload
    def update_many_and_return(
        self,
        *,
        where: Where = ...,
        data: UpdateMany,
        limit: int | None = None,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[list[T]]:
        """The same with objects of `into`, whose fields say what is read."""

    def update_each(
        self,
        *,
        data: Sequence[UpdateMany],
        key: KeyName,
    ) -> Pending[int]:
        """Change many rows, each in its own way; every one names the fields of its key. How many there were."""

    @overload
    def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[M]:
        """Change the row of a unique key, or write it where there is none, and return it."""

    @overload
    def upsert(
        self,
        *,
        where: Unique,
        create: Create,
        update: Update,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[T]:
        """The same with objects of `into`, whose fields say what is read."""

    @overload
    def delete(
        self,
        *,
        where: Unique,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[M]:
        """Delete the row of a unique key and return it as it was; RecordNotFound where there is none."""

    @overload
    def delete(
        self,
        *,
        where: Unique,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[T]:
        """The same with objects of `into`, whose fields say what is read."""

    def upsert_many(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
    ) -> Pending[Upserted]:
        """Write many rows; where a row of the key is there it gets the new values, those of some fields, or changes."""

    @overload
    def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
        include: Include | None = None,
        into: None = None,
    ) -> Pending[list[M]]:
        """Write many rows or change those of their keys, and return all of them in their order."""

    @overload
    def upsert_many_and_return(
        self,
        *,
        data: Sequence[CreateMany],
        key: KeyName,
        update: UpdateMany | FieldName | Sequence[FieldName] | None = None,
        include: Include | None = None,
        into: type[T],
    ) -> Pending[list[T]]:
        """The same with objects of `into`, whose fields say what is read."""

    def delete_many(
        self,
        *,
        where: Where = ...,
        limit: int | None = None,
    ) -> Pending[int]:
        """Delete every row that fits, or so many of them; how many were deleted."""

    def delete_many_and_return(
        self,
        *,
        where: Where = ...,
        limit: int | None = None,
        select: Select | None = None,
        omit: Omit | None = None,
    ) -> Pending[list[M]]:
        """Delete every row that fits, or so many of them, and return them as they were."""

def delegate_class(name: str, module: str, model: str, base: type[Any]) -> type[Any]:
    """The class of the operations of one model or view, made with the client that answers them."""
