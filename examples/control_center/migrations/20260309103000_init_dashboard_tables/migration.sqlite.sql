-- CreateTable
CREATE TABLE "DashboardFact" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "shopDomain" TEXT NOT NULL,
    "factType" TEXT NOT NULL,
    "scope" TEXT,
    "value" TEXT NOT NULL,
    "metadata" TEXT,
    "evidenceUrl" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "DashboardFact_value_json" CHECK (json_valid("value")),
    CONSTRAINT "DashboardFact_metadata_json" CHECK (json_valid("metadata"))
);

-- CreateTable
CREATE TABLE "DecisionLog" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "scope" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "rationale" TEXT,
    "evidenceUrl" TEXT,
    "shopDomain" TEXT,
    "externalRef" TEXT,
    "payload" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    CONSTRAINT "DecisionLog_payload_json" CHECK (json_valid("payload"))
);

-- CreateIndex
CREATE INDEX "DashboardFact_shopDomain_factType_idx" ON "DashboardFact"("shopDomain", "factType");

-- CreateIndex
CREATE INDEX "DashboardFact_createdAt_idx" ON "DashboardFact"("createdAt");

-- CreateIndex
CREATE INDEX "DecisionLog_scope_createdAt_idx" ON "DecisionLog"("scope", "createdAt");
