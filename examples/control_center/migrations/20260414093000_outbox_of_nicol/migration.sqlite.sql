-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_DecisionOutbox" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "idempotencyKey" TEXT NOT NULL,
    "key" TEXT NOT NULL DEFAULT 'decisions',
    "decisionId" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "lastError" TEXT,
    "deadAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "DecisionOutbox_decisionId_fkey" FOREIGN KEY ("decisionId") REFERENCES "DecisionLog" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
-- Decisions that wait get a key of their own
INSERT INTO "new_DecisionOutbox" ("idempotencyKey", "attempts", "createdAt", "decisionId", "id", "lastError", "nextAttemptAt", "updatedAt") SELECT lower(hex(randomblob(16))), "attempts", "createdAt", "decisionId", "id", "lastError", "nextAttemptAt", "updatedAt" FROM "DecisionOutbox";
DROP TABLE "DecisionOutbox";
ALTER TABLE "new_DecisionOutbox" RENAME TO "DecisionOutbox";
CREATE UNIQUE INDEX "DecisionOutbox_idempotencyKey_key" ON "DecisionOutbox"("idempotencyKey");
CREATE UNIQUE INDEX "DecisionOutbox_decisionId_key" ON "DecisionOutbox"("decisionId");
CREATE INDEX "DecisionOutbox_key_id_idx" ON "DecisionOutbox"("key", "id");
CREATE INDEX "DecisionOutbox_deadAt_id_idx" ON "DecisionOutbox"("deadAt", "id");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
