-- CreateEnum
CREATE TYPE "Severity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

-- CreateEnum
CREATE TYPE "InsightStatus" AS ENUM ('OPEN', 'DONE', 'DISMISSED');

-- CreateTable
CREATE TABLE "SeoInsight" (
    "id" TEXT NOT NULL,
    "storeId" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "severity" "Severity" NOT NULL,
    "status" "InsightStatus" NOT NULL DEFAULT 'OPEN',
    "resources" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SeoInsight_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SeoInsight_storeId_status_severity_idx" ON "SeoInsight"("storeId", "status", "severity");

-- AddForeignKey
ALTER TABLE "SeoInsight" ADD CONSTRAINT "SeoInsight_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;
