-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_DecisionLog" (
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
    "factId" INTEGER,
    CONSTRAINT "DecisionLog_factId_fkey" FOREIGN KEY ("factId") REFERENCES "DashboardFact" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "DecisionLog_payload_json" CHECK (json_valid("payload"))
);
INSERT INTO "new_DecisionLog" ("action", "actor", "createdAt", "evidenceUrl", "externalRef", "id", "payload", "rationale", "scope", "shopDomain") SELECT "action", "actor", "createdAt", "evidenceUrl", "externalRef", "id", "payload", "rationale", "scope", "shopDomain" FROM "DecisionLog";
DROP TABLE "DecisionLog";
ALTER TABLE "new_DecisionLog" RENAME TO "DecisionLog";
CREATE INDEX "DecisionLog_scope_createdAt_idx" ON "DecisionLog"("scope", "createdAt");
CREATE INDEX "DecisionLog_factId_idx" ON "DecisionLog"("factId");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
