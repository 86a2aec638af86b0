-- CreateTable
CREATE TABLE "SeoInsight" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'OPEN',
    "resources" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "SeoInsight_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "SeoInsight_severity_enum" CHECK ("severity" IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "SeoInsight_status_enum" CHECK ("status" IN ('OPEN', 'DONE', 'DISMISSED')),
    CONSTRAINT "SeoInsight_resources_json" CHECK (json_valid("resources"))
);

-- CreateIndex
CREATE INDEX "SeoInsight_storeId_status_severity_idx" ON "SeoInsight"("storeId", "status", "severity");
