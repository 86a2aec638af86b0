"""The runtime of generated clients, and the names that programs use beside them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nicol.client.batch import AwaitingBatch as AwaitingBatch
    from nicol.client.batch import BlockingBatch as BlockingBatch
    from nicol.client.batch import Pending as Pending
    from nicol.client.client import Client as Client
    from nicol.client.client_async import AsyncClient as AsyncClient
    from nicol.client.delegate import AsyncDelegate as AsyncDelegate
    from nicol.client.delegate import AsyncViewDelegate as AsyncViewDelegate
    from nicol.client.delegate import BatchDelegate as BatchDelegate
    from nicol.client.delegate import BatchViewDelegate as BatchViewDelegate
    from nicol.client.delegate import Delegate as Delegate
    from nicol.client.delegate import ViewDelegate as ViewDelegate
    from nicol.client.events import LogEvent as LogEvent
    from nicol.client.events import QueryEvent as QueryEvent
    from nicol.client.inputs import JsonInput as JsonInput
    from nicol.client.interpolation import Sql as Sql
    from nicol.client.interpolation import sql as sql
    from nicol.client.record import Record as Record
    from nicol.client.wishes import Done as Done
    from nicol.client.wishes import Part as Part
    from nicol.client.wishes import after as after
    from nicol.client.wishes import before as before
    from nicol.query.references import FieldRef as FieldRef
    from nicol.query.scope.rules import Rule as Rule
    from nicol.query.scope.rules import Scope as Scope
    from nicol.query.upserted import Upserted as Upserted
    from nicol.sealing.keys import Key as Key
    from nicol.sealing.keys import KeyProvider as KeyProvider
    from nicol.sealing.keys import WrappedKeys as WrappedKeys
    from nicol.sql.json import AnyNull as AnyNull
    from nicol.sql.json import DbNull as DbNull
    from nicol.sql.json import JsonNull as JsonNull
    from nicol.sql.json_changes import JsonMerge as JsonMerge
    from nicol.sql.json_changes import JsonRemove as JsonRemove
    from nicol.sql.json_changes import JsonSet as JsonSet

_HOMES = {
    "AnyNull": "nicol.sql.json",
    "AsyncClient": "nicol.client.client_async",
    "AsyncDelegate": "nicol.client.delegate",
    "AsyncViewDelegate": "nicol.client.delegate",
    "AwaitingBatch": "nicol.client.batch",
    "BatchDelegate": "nicol.client.delegate",
    "BatchViewDelegate": "nicol.client.delegate",
    "BlockingBatch": "nicol.client.batch",
    "Client": "nicol.client.client",
    "DbNull": "nicol.sql.json",
    "Delegate": "nicol.client.delegate",
    "Done": "nicol.client.wishes",
    "FieldRef": "nicol.query.references",
    "JsonInput": "nicol.client.inputs",
    "JsonMerge": "nicol.sql.json_changes",
    "JsonNull": "nicol.sql.json",
    "JsonRemove": "nicol.sql.json_changes",
    "JsonSet": "nicol.sql.json_changes",
    "Key": "nicol.sealing.keys",
    "KeyProvider": "nicol.sealing.keys",
    "LogEvent": "nicol.client.events",
    "Part": "nicol.client.wishes",
    "Pending": "nicol.client.batch",
    "QueryEvent": "nicol.client.events",
    "Record": "nicol.client.record",
    "Rule": "nicol.query.scope.rules",
    "Scope": "nicol.query.scope.rules",
    "Sql": "nicol.client.interpolation",
    "Upserted": "nicol.query.upserted",
    "ViewDelegate": "nicol.client.delegate",
    "WrappedKeys": "nicol.sealing.keys",
    "after": "nicol.client.wishes",
    "before": "nicol.client.wishes",
    "sql": "nicol.client.interpolation",
}


def __getattr__(name: str) -> Any:
    """Each name is loaded when it is first used: a generated client must cost milliseconds to import."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
