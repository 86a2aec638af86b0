-- CreateTable
CREATE TABLE "DecisionOutbox" (
    "id" SERIAL NOT NULL,
    "decisionId" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastError" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "DecisionOutbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "DecisionOutbox_decisionId_key" ON "DecisionOutbox"("decisionId");

-- AddForeignKey
ALTER TABLE "DecisionOutbox" ADD CONSTRAINT "DecisionOutbox_decisionId_fkey" FOREIGN KEY ("decisionId") REFERENCES "DecisionLog"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
