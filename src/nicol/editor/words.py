"""What the words of the language mean, one sentence each: hovering shows them, completion has them beside its offers."""

from __future__ import annotations

from collections.abc import Mapping

BLOCKS: Mapping[str, str] = {
    "datasource": "The database that the schema is for. A schema has one.",
    "enum": "A type with a fixed set of values.",
    "generator": "Something that is generated from the schema: a client.",
    "model": "A table of the database, and what the client calls its rows.",
    "type": "A composite type: fields inside a field (MongoDB only).",
    "view": "A view of the database: it is read like a model, and no migration makes or changes it.",
}

SCALARS: Mapping[str, str] = {
    "BigInt": "A whole number of 64 bits.",
    "Boolean": "True or false.",
    "Bytes": "Binary data.",
    "DateTime": "A moment in time.",
    "Decimal": "A decimal number that is never rounded by a float.",
    "Float": "A floating point number.",
    "Int": "A whole number of 32 bits.",
    "Json": "Any JSON value.",
    "String": "Text of any length.",
    "Unsupported": 'A column type that the language has no word for, in the database\'s own: `Unsupported("tsvector")`.',
}

FIELD_ATTRIBUTES: Mapping[str, str] = {
    "db": "How the database stores the field: a type of its own in place of the usual one.",
    "default": "The value of new rows that give none.",
    "id": "The field that tells each row from all others: the primary key.",
    "ignore": "Leaves the field out of the client; the database keeps its column.",
    "map": "The name of the column in the database, where it differs from the field's.",
    "relation": "How a relation is stored: which fields hold the foreign key, and what they refer to.",
    "unique": "No two rows have the same value.",
    "updatedAt": "Set to the present time whenever the client writes the row.",
}

BLOCK_ATTRIBUTES: Mapping[str, str] = {
    "fulltext": "An index for full-text search.",
    "id": "Several fields that together tell each row from all others: a compound primary key.",
    "ignore": "Leaves the model out of the client; the database keeps its table.",
    "index": "Makes rows fast to find by these fields.",
    "map": "The name in the database, where it differs from the one in the schema.",
    "schema": "The schema of the database that it lives in.",
    "unique": "No two rows have the same values in all of these fields.",
}

ARGUMENTS: Mapping[str, str] = {
    "clustered": "Whether rows are stored in the order of this key (SQL Server).",
    "fields": "Fields of this model.",
    "length": "How many characters of the value the key holds (MySQL).",
    "map": "The name of the constraint or index in the database.",
    "name": "The name in the client.",
    "onDelete": "What happens to these rows when the row they refer to is deleted.",
    "onUpdate": "What happens to these rows when the key they refer to changes.",
    "ops": "The operator class: which questions the index answers.",
    "references": "Fields of the other model that the foreign key refers to: its id, or unique ones.",
    "sort": "The direction in the index.",
    "type": "The algorithm of the index.",
    "value": "A constant, or a function that computes it.",
    "where": "The rows that the index holds; it leaves out the others.",
}

ARGUMENTS_OF: Mapping[str, str] = {
    "map.name": "The name in the database.",
    "relation.fields": "The fields of this model that hold the foreign key.",
    "relation.map": "The name of the foreign key in the database.",
    "relation.name": "The name of the relation, which tells it from another one between the same models.",
    "schema.map": "The name of the database's schema.",
}
"""What arguments mean that mean something else in one attribute."""

FUNCTIONS: Mapping[str, str] = {
    "autoincrement": "The next number, counted by the database.",
    "cuid": "A short identifier that is hard to guess, made by the client; `cuid(2)` is its second version.",
    "dbgenerated": "SQL that the database computes the value with.",
    "env": "The value of an environment variable, read when it is needed.",
    "nanoid": "A random identifier that fits into a URL, made by the client; its argument is the length.",
    "now": "The present time.",
    "raw": "SQL as it is.",
    "sequence": "The next number of a sequence (CockroachDB).",
    "ulid": "An identifier that sorts by the time it was made at, made by the client.",
    "uuid": "A UUID made by the client: random, or sorted by time with `uuid(7)`.",
}

ACTIONS: Mapping[str, str] = {
    "Cascade": "These rows go too, or follow the changed key.",
    "NoAction": "The database refuses, in some databases only at the end of the transaction.",
    "Restrict": "The database refuses as long as there are such rows.",
    "SetDefault": "Their foreign key gets its default.",
    "SetNull": "Their foreign key becomes null.",
}

INDEX_METHODS: Mapping[str, str] = {
    "BTree": "The usual one: equality, ranges and order.",
    "Brin": "Small, for huge tables whose rows lie in the order of the field.",
    "Gin": "For values that hold many: lists, JSON, full text.",
    "Gist": "For shapes, ranges and nearness.",
    "Hash": "For equality alone.",
    "SpGist": "For values that part space unevenly: points, networks, prefixes.",
}

DATASOURCE_SETTINGS: Mapping[str, str] = {
    "directUrl": "The URL that migrations use, past a connection pooler.",
    "extensions": "The extensions that the database needs.",
    "provider": "Which database it is.",
    "relationMode": 'Who keeps relations whole: the database ("foreignKeys") or the client ("prisma").',
    "schemas": "The database's schemas that this schema's tables live in.",
    "shadowDatabaseUrl": "A database in which migrations are tried.",
    "url": "Where the database is: a string or env().",
}

GENERATOR_SETTINGS: Mapping[str, str] = {
    "output": "The folder that the client is written to, seen from the schema's file.",
    "previewFeatures": "Features of Prisma that are not final.",
    "provider": 'What generates: "nicol" for the Python client.',
}
