-- AlterTable
ALTER TABLE "Observation" ADD COLUMN     "engagementId" TEXT,
ADD COLUMN     "repeatOfId" TEXT;

-- CreateIndex
CREATE INDEX "Observation_engagementId_idx" ON "Observation"("engagementId");

-- CreateIndex
CREATE INDEX "Observation_repeatOfId_idx" ON "Observation"("repeatOfId");

-- AddForeignKey
ALTER TABLE "Observation" ADD CONSTRAINT "Observation_engagementId_fkey" FOREIGN KEY ("engagementId") REFERENCES "AuditEngagement"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Observation" ADD CONSTRAINT "Observation_repeatOfId_fkey" FOREIGN KEY ("repeatOfId") REFERENCES "Observation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- A finding repeats one that was raised before it, and when it was raised never changes: no circle can be made, whoever writes at once.
CREATE FUNCTION observation_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW."repeatOfId" IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM "Observation" earlier
            WHERE earlier."id" = NEW."repeatOfId" AND earlier."tenantId" = NEW."tenantId" AND earlier."raisedAt" < NEW."raisedAt"))
        OR (NEW."engagementId" IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM "AuditEngagement" own WHERE own."id" = NEW."engagementId" AND own."tenantId" = NEW."tenantId"))
    THEN
        RAISE EXCEPTION 'An observation repeats one that was raised before it, and belongs to an engagement of its tenant.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER "Observation_links_insert" AFTER INSERT ON "Observation" FOR EACH ROW
WHEN (NEW."repeatOfId" IS NOT NULL OR NEW."engagementId" IS NOT NULL) EXECUTE FUNCTION observation_links();

CREATE TRIGGER "Observation_links_update" AFTER UPDATE OF "repeatOfId", "engagementId" ON "Observation" FOR EACH ROW
WHEN (NEW."repeatOfId" IS NOT NULL OR NEW."engagementId" IS NOT NULL) EXECUTE FUNCTION observation_links();

CREATE FUNCTION observation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The tenant of an observation and when it was raised never change.' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER "Observation_stays" BEFORE UPDATE OF "tenantId", "raisedAt" ON "Observation" FOR EACH ROW
WHEN (NEW."tenantId" <> OLD."tenantId" OR NEW."raisedAt" <> OLD."raisedAt") EXECUTE FUNCTION observation_stays();

CREATE FUNCTION engagement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The tenant of an engagement never changes.' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER "AuditEngagement_stays" BEFORE UPDATE OF "tenantId" ON "AuditEngagement" FOR EACH ROW
WHEN (NEW."tenantId" <> OLD."tenantId") EXECUTE FUNCTION engagement_stays();
