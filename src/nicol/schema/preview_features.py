"""The preview features that Prisma has and had: what `previewFeatures` of a generator may hold."""

from __future__ import annotations

ACTIVE = (
    "nativeDistinct",
    "partialIndexes",
    "postgresqlExtensions",
    "reactNative",
    "relationJoins",
    "schemaEngineDriverAdapters",
    "shardKeys",
    "strictUndefinedChecks",
    "typedSql",
    "views",
)
"""Those of Prisma 7, whatever the database."""

DONE = frozenset(
    """aggregateApi atomicNumberOperations clientExtensions cockroachdb connectOrCreate createMany dataProxy deno distinct
    driverAdapters extendedIndexes extendedWhereUnique fieldReference filterJson filteredRelationCount fullTextIndex
    fullTextSearch groupBy improvedQueryRaw interactiveTransactions jsonProtocol microsoftSqlServer middlewares mongoDb
    multiSchema nApi namedConstraints nativeTypes omitApi orderByAggregateGroup orderByNulls orderByRelation
    prismaSchemaFolder queryCompiler referentialActions referentialIntegrity selectRelationCount tracing transactionApi
    uncheckedScalarInputs
    """.split()  # noqa: SIM905 - words read best as words
)
"""Those that no longer have to be asked for: they are there for all."""

RENAMED = {"fullTextSearch": "fullTextSearchPostgres"}
"""Those that have another name where a database has a feature of its own for them."""

GONE = frozenset({"metrics"})
"""Those that Prisma 5 and 6 had, and Prisma 7 has not."""
