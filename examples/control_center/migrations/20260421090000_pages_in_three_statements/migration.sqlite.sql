-- Each page is read in at most three statements. What they read is walked to from value to value through an index, so that it costs
-- the same for a thousand facts of a type and for a million; SELECT DISTINCT and window functions would read all of them.

-- The shops that have facts.
CREATE VIEW "Shop" AS
WITH RECURSIVE "walk"("domain") AS (
    SELECT min("shopDomain") FROM "DashboardFact"
    UNION ALL
    SELECT (SELECT min("shopDomain") FROM "DashboardFact" WHERE "shopDomain" > "walk"."domain")
    FROM "walk" WHERE "domain" IS NOT NULL
)
SELECT "domain" FROM "walk" WHERE "domain" IS NOT NULL;

-- The head of every page: a row for each shop, or one without a shop, with what waits for the memory store. Only the decision
-- that goes first is ever tried, so that the greatest number of attempts is its own.
CREATE VIEW "Masthead" AS
SELECT "Shop"."domain" AS "shop", "backlog"."waiting", "backlog"."attempts", "backlog"."lastError"
FROM (
    SELECT CAST(count(*) AS INTEGER) AS "waiting", max("attempts") AS "attempts", max("lastError") AS "lastError"
    FROM "DecisionOutbox"
) AS "backlog"
LEFT JOIN "Shop" ON TRUE;

-- What the page of a shop shows: the last 28 facts of each type, and each proposal that nobody answered.
-- CROSS JOIN, since SQLite keeps its order: types first, then their facts (https://sqlite.org/optoverview.html#crossjoin).
CREATE VIEW "ShownFact" AS
WITH RECURSIVE "kind"("shopDomain", "factType") AS (
    SELECT "domain", (SELECT min("factType") FROM "DashboardFact" WHERE "shopDomain" = "Shop"."domain") FROM "Shop"
    UNION ALL
    SELECT "shopDomain", (
        SELECT min("next"."factType") FROM "DashboardFact" AS "next"
        WHERE "next"."shopDomain" = "kind"."shopDomain" AND "next"."factType" > "kind"."factType"
    )
    FROM "kind" WHERE "factType" IS NOT NULL
)
SELECT "kind"."shopDomain", "kind"."factType", "fact"."id", "fact"."scope", "fact"."value", "fact"."evidenceUrl", "fact"."createdAt"
FROM "kind"
CROSS JOIN "DashboardFact" AS "fact" ON "fact"."id" IN (
    SELECT "each"."id" FROM "DashboardFact" AS "each"
    WHERE "each"."shopDomain" = "kind"."shopDomain" AND "each"."factType" = "kind"."factType"
    ORDER BY "each"."createdAt" DESC, "each"."id" DESC LIMIT 28
)
WHERE "kind"."factType" NOT LIKE '%.proposal'
UNION ALL
SELECT "kind"."shopDomain", "kind"."factType", "fact"."id", "fact"."scope", "fact"."value", "fact"."evidenceUrl", "fact"."createdAt"
FROM "kind"
CROSS JOIN "DashboardFact" AS "fact" ON "fact"."shopDomain" = "kind"."shopDomain" AND "fact"."factType" = "kind"."factType"
WHERE "kind"."factType" LIKE '%.proposal' AND NOT EXISTS (
    SELECT 1 FROM "DecisionLog" AS "answer"
    WHERE "answer"."factId" = "fact"."id" AND "answer"."action" IN ('approve', 'reject')
);
