-- CreateEnum
CREATE TYPE "Integration" AS ENUM ('SHOPIFY', 'GA4', 'SEARCH_CONSOLE', 'BING', 'MCP');

-- CreateEnum
CREATE TYPE "Health" AS ENUM ('OK', 'DEGRADED', 'FAILED');

-- CreateTable
CREATE TABLE "StoreSecret" (
    "id" TEXT NOT NULL,
    "storeId" TEXT NOT NULL,
    "kind" "Integration" NOT NULL,
    "lastRotatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rotationReminderAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "StoreSecret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ConnectionEvent" (
    "id" TEXT NOT NULL,
    "storeId" TEXT NOT NULL,
    "integration" "Integration" NOT NULL,
    "status" "Health" NOT NULL,
    "latencyMs" INTEGER NOT NULL,
    "message" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ConnectionEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "StoreSecret_storeId_kind_key" ON "StoreSecret"("storeId", "kind");

-- CreateIndex
CREATE INDEX "ConnectionEvent_storeId_integration_createdAt_idx" ON "ConnectionEvent"("storeId", "integration", "createdAt");

-- AddForeignKey
ALTER TABLE "StoreSecret" ADD CONSTRAINT "StoreSecret_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConnectionEvent" ADD CONSTRAINT "ConnectionEvent_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;
