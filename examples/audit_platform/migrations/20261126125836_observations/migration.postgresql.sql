-- CreateEnum
CREATE TYPE "Severity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

-- CreateEnum
CREATE TYPE "ObservationStatus" AS ENUM ('OPEN', 'IN_PROGRESS', 'CLOSED');

-- CreateTable
CREATE TABLE "Observation" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL DEFAULT '',
    "title" TEXT NOT NULL,
    "severity" "Severity" NOT NULL,
    "status" "ObservationStatus" NOT NULL DEFAULT 'OPEN',
    "complianceArea" TEXT NOT NULL,
    "raisedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Observation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "a_title_that_says_something" CHECK (length(trim(title)) > 0),
    CONSTRAINT "closed_means_closed_at" CHECK ((status = 'CLOSED') = ("closedAt" IS NOT NULL))
);

-- CreateIndex
CREATE INDEX "Observation_tenantId_raisedAt_idx" ON "Observation"("tenantId", "raisedAt");

-- AddForeignKey
ALTER TABLE "Observation" ADD CONSTRAINT "Observation_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;
