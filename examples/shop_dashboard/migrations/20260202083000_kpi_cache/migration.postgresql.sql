-- CreateEnum
CREATE TYPE "MetricSet" AS ENUM ('SALES', 'INVENTORY');

-- CreateTable
CREATE TABLE "KpiCache" (
    "id" TEXT NOT NULL,
    "storeId" TEXT NOT NULL,
    "metrics" "MetricSet" NOT NULL,
    "since" DATE NOT NULL,
    "until" DATE NOT NULL,
    "value" JSONB NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "KpiCache_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "KpiCache_expiresAt_idx" ON "KpiCache"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "KpiCache_storeId_metrics_since_until_key" ON "KpiCache"("storeId", "metrics", "since", "until");

-- AddForeignKey
ALTER TABLE "KpiCache" ADD CONSTRAINT "KpiCache_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;
