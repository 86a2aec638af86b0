"""Data migrations in Python: what `up` in a migration's `migrate.py` is given, and the skeleton of such a module.

```python
from nicol.migrate.data import Tx

def up(tx: Tx) -> None:
    for user in tx.query('SELECT "id", "name" FROM "User" WHERE "slug" IS NULL'):
        tx.execute('UPDATE "User" SET "slug" = :slug WHERE "id" = :id', slug=slugify(user["name"]), id=user["id"])
```

It runs after the migration's SQL, in the same transaction. Statements are the database's own, since a generated client
stands for the schema of today and not for the one that the migration finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class Tx(Protocol):
    """The transaction of a migration. Parameters are written `:name` on every database, and given by that name."""

    @property
    def provider(self) -> str:
        """The database: `sqlite` or `postgresql`."""
        ...

    def query(self, sql: str, /, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement, each by the names of its columns, with values as the database's driver gives them."""
        ...

    def first(self, sql: str, /, **values: Any) -> dict[str, Any] | None:
        """The first row of a statement, or None."""
        ...

    def execute(self, sql: str, /, **values: Any) -> int:
        """Say a statement; the number of rows that it wrote."""
        ...

    def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> int:
        """Say a statement for each of many rows of values, in few trips; the number of rows that were written."""
        ...


SKELETON = '''\
"""What this migration does to the data, after its SQL and in the same transaction."""

from __future__ import annotations

from nicol.migrate.data import Tx


def up(tx: Tx) -> None:
    """Runs once on each database. An exception undoes the whole migration."""
    tx.execute("SELECT 1")  # for example: UPDATE "User" SET "name" = :name WHERE "name" IS NULL
'''
"""What `migrate dev --create-only --python` writes."""
