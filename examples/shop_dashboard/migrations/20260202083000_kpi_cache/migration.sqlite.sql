-- CreateTable
CREATE TABLE "KpiCache" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "metrics" TEXT NOT NULL,
    "since" DATETIME NOT NULL,
    "until" DATETIME NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "KpiCache_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "KpiCache_metrics_enum" CHECK ("metrics" IN ('SALES', 'INVENTORY')),
    CONSTRAINT "KpiCache_value_json" CHECK (json_valid("value"))
);

-- CreateIndex
CREATE INDEX "KpiCache_expiresAt_idx" ON "KpiCache"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "KpiCache_storeId_metrics_since_until_key" ON "KpiCache"("storeId", "metrics", "since", "until");
