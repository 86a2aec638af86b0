-- CreateTable
CREATE TABLE "DashboardSnapshot" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "tenantId" TEXT NOT NULL DEFAULT '',
    "day" DATETIME NOT NULL,
    "capturedAt" DATETIME NOT NULL,
    "metrics" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "DashboardSnapshot_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DashboardSnapshot_metrics_json" CHECK (json_valid("metrics"))
);

-- CreateIndex
CREATE UNIQUE INDEX "DashboardSnapshot_tenantId_day_key" ON "DashboardSnapshot"("tenantId", "day");
