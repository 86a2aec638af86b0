-- CreateTable
CREATE TABLE "Decision" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "decisionId" INTEGER NOT NULL,
    "scope" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "rationale" TEXT,
    "evidenceUrl" TEXT,
    "shopDomain" TEXT,
    "externalRef" TEXT,
    "payload" TEXT,
    "factId" INTEGER,
    "decidedAt" DATETIME NOT NULL,
    "receivedAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    CONSTRAINT "Decision_payload_json" CHECK (json_valid("payload"))
);

-- CreateIndex
CREATE UNIQUE INDEX "Decision_decisionId_key" ON "Decision"("decisionId");

-- CreateIndex
CREATE INDEX "Decision_scope_decidedAt_idx" ON "Decision"("scope", "decidedAt");
