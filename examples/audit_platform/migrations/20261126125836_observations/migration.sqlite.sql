-- CreateTable
CREATE TABLE "Observation" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "tenantId" TEXT NOT NULL DEFAULT '',
    "title" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'OPEN',
    "complianceArea" TEXT NOT NULL,
    "raisedAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "closedAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Observation_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Observation_severity_enum" CHECK ("severity" IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "Observation_status_enum" CHECK ("status" IN ('OPEN', 'IN_PROGRESS', 'CLOSED')),
    CONSTRAINT "a_title_that_says_something" CHECK (length(trim(title)) > 0),
    CONSTRAINT "closed_means_closed_at" CHECK ((status = 'CLOSED') = ("closedAt" IS NOT NULL))
);

-- CreateIndex
CREATE INDEX "Observation_tenantId_raisedAt_idx" ON "Observation"("tenantId", "raisedAt");
