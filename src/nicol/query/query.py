"""A client call as a frozen value, with numbered slots where values go. Equal calls with other values are equal queries.

Names are the schema's. A slot is an index into the list of values that was read beside the query. Everything in a query
changes the SQL's text; nothing in the list of values does. The nodes themselves lie in `nicol.query.nodes`.
"""

from __future__ import annotations

from nicol.query.nodes.data import (
    Act,
    Assign,
    Connect,
    CreateManyRelated,
    CreateRelated,
    Data,
    DeleteManyRelated,
    DeleteRelated,
    Disconnect,
    Rows,
    SetRelated,
    UpdateManyRelated,
    UpdateRelated,
    UpsertRelated,
)
from nicol.query.nodes.filters import ALL, All, Alone, Any, Compare, Empty, Filter, Key, Not, Null, Related
from nicol.query.nodes.groups import Aggregate, GroupBy, GroupKey, Measure
from nicol.query.nodes.node import Node
from nicol.query.nodes.pages import EVERYTHING, Include, OrderBy, Page, RelationCount, Selection
from nicol.query.nodes.queries import (
    Count,
    Create,
    CreateMany,
    Delete,
    DeleteMany,
    FindFirst,
    FindMany,
    FindUnique,
    Query,
    Read,
    Update,
    UpdateMany,
    Upsert,
    Write,
)

__all__ = [
    "ALL",
    "EVERYTHING",
    "Act",
    "Aggregate",
    "All",
    "Alone",
    "Any",
    "Assign",
    "Compare",
    "Connect",
    "Count",
    "Create",
    "CreateMany",
    "CreateManyRelated",
    "CreateRelated",
    "Data",
    "Delete",
    "DeleteMany",
    "DeleteManyRelated",
    "DeleteRelated",
    "Disconnect",
    "Empty",
    "Filter",
    "FindFirst",
    "FindMany",
    "FindUnique",
    "GroupBy",
    "GroupKey",
    "Include",
    "Key",
    "Measure",
    "Node",
    "Not",
    "Null",
    "OrderBy",
    "Page",
    "Query",
    "Read",
    "Related",
    "RelationCount",
    "Rows",
    "Selection",
    "SetRelated",
    "Update",
    "UpdateMany",
    "UpdateManyRelated",
    "UpdateRelated",
    "Upsert",
    "UpsertRelated",
    "Write",
]
