-- CreateTable
CREATE TABLE "StoreSecret" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "lastRotatedAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "rotationReminderAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "StoreSecret_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "StoreSecret_kind_enum" CHECK ("kind" IN ('SHOPIFY', 'GA4', 'SEARCH_CONSOLE', 'BING', 'MCP'))
);

-- CreateTable
CREATE TABLE "ConnectionEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "integration" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "latencyMs" INTEGER NOT NULL,
    "message" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "ConnectionEvent_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ConnectionEvent_integration_enum" CHECK ("integration" IN ('SHOPIFY', 'GA4', 'SEARCH_CONSOLE', 'BING', 'MCP')),
    CONSTRAINT "ConnectionEvent_status_enum" CHECK ("status" IN ('OK', 'DEGRADED', 'FAILED'))
);

-- CreateIndex
CREATE UNIQUE INDEX "StoreSecret_storeId_kind_key" ON "StoreSecret"("storeId", "kind");

-- CreateIndex
CREATE INDEX "ConnectionEvent_storeId_integration_createdAt_idx" ON "ConnectionEvent"("storeId", "integration", "createdAt");
