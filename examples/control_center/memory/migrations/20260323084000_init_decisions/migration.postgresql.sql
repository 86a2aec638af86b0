-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Decision" (
    "id" SERIAL NOT NULL,
    "decisionId" INTEGER NOT NULL,
    "scope" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "rationale" TEXT,
    "evidenceUrl" TEXT,
    "shopDomain" TEXT,
    "externalRef" TEXT,
    "payload" JSONB,
    "factId" INTEGER,
    "decidedAt" TIMESTAMP(3) NOT NULL,
    "receivedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Decision_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Decision_decisionId_key" ON "Decision"("decisionId");

-- CreateIndex
CREATE INDEX "Decision_scope_decidedAt_idx" ON "Decision"("scope", "decidedAt");
