-- AlterTable
ALTER TABLE "Observation" ADD COLUMN "engagementId" TEXT CONSTRAINT "Observation_engagementId_fkey" REFERENCES "AuditEngagement" ("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "Observation" ADD COLUMN "repeatOfId" TEXT CONSTRAINT "Observation_repeatOfId_fkey" REFERENCES "Observation" ("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "Observation_engagementId_idx" ON "Observation"("engagementId");

-- CreateIndex
CREATE INDEX "Observation_repeatOfId_idx" ON "Observation"("repeatOfId");

-- A finding repeats one that was raised before it, and when it was raised never changes: no circle can be made, whoever writes at once.
CREATE TRIGGER "Observation_links_insert" AFTER INSERT ON "Observation"
WHEN (NEW."repeatOfId" IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM "Observation" earlier
        WHERE earlier."id" = NEW."repeatOfId" AND earlier."tenantId" = NEW."tenantId" AND earlier."raisedAt" < NEW."raisedAt"))
    OR (NEW."engagementId" IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM "AuditEngagement" own WHERE own."id" = NEW."engagementId" AND own."tenantId" = NEW."tenantId"))
BEGIN
    SELECT RAISE(ABORT, 'An observation repeats one that was raised before it, and belongs to an engagement of its tenant.');
END;

CREATE TRIGGER "Observation_links_update" AFTER UPDATE OF "repeatOfId", "engagementId" ON "Observation"
WHEN (NEW."repeatOfId" IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM "Observation" earlier
        WHERE earlier."id" = NEW."repeatOfId" AND earlier."tenantId" = NEW."tenantId" AND earlier."raisedAt" < NEW."raisedAt"))
    OR (NEW."engagementId" IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM "AuditEngagement" own WHERE own."id" = NEW."engagementId" AND own."tenantId" = NEW."tenantId"))
BEGIN
    SELECT RAISE(ABORT, 'An observation repeats one that was raised before it, and belongs to an engagement of its tenant.');
END;

CREATE TRIGGER "Observation_stays" BEFORE UPDATE OF "tenantId", "raisedAt" ON "Observation"
WHEN NEW."tenantId" <> OLD."tenantId" OR NEW."raisedAt" <> OLD."raisedAt"
BEGIN
    SELECT RAISE(ABORT, 'The tenant of an observation and when it was raised never change.');
END;

CREATE TRIGGER "AuditEngagement_stays" BEFORE UPDATE OF "tenantId" ON "AuditEngagement"
WHEN NEW."tenantId" <> OLD."tenantId"
BEGIN
    SELECT RAISE(ABORT, 'The tenant of an engagement never changes.');
END;
