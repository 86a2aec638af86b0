-- The audit trail is append-only. One change is let through: the database itself clears "factId" when the fact that a
-- decision points at has been deleted (ON DELETE SET NULL).

CREATE TRIGGER "DecisionLog_refuse_update"
BEFORE UPDATE ON "DecisionLog"
WHEN NOT (
    OLD."factId" IS NOT NULL
    AND NEW."factId" IS NULL
    AND NOT EXISTS (SELECT 1 FROM "DashboardFact" WHERE "id" = OLD."factId")
    AND NEW."id" IS OLD."id"
    AND NEW."scope" IS OLD."scope"
    AND NEW."actor" IS OLD."actor"
    AND NEW."action" IS OLD."action"
    AND NEW."rationale" IS OLD."rationale"
    AND NEW."evidenceUrl" IS OLD."evidenceUrl"
    AND NEW."shopDomain" IS OLD."shopDomain"
    AND NEW."externalRef" IS OLD."externalRef"
    AND NEW."payload" IS OLD."payload"
    AND NEW."createdAt" IS OLD."createdAt"
)
BEGIN
    SELECT RAISE(ABORT, 'DecisionLog is append-only: a decision cannot be changed');
END;

CREATE TRIGGER "DecisionLog_refuse_delete"
BEFORE DELETE ON "DecisionLog"
BEGIN
    SELECT RAISE(ABORT, 'DecisionLog is append-only: a decision cannot be deleted');
END;

-- INSERT OR REPLACE removes the row in its way without asking the trigger above.
CREATE TRIGGER "DecisionLog_refuse_replace"
BEFORE INSERT ON "DecisionLog"
WHEN EXISTS (SELECT 1 FROM "DecisionLog" WHERE "id" = NEW."id")
BEGIN
    SELECT RAISE(ABORT, 'DecisionLog is append-only: a decision cannot be replaced');
END;
