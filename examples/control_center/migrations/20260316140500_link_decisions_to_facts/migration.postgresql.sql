-- AlterTable
ALTER TABLE "DecisionLog" ADD COLUMN     "factId" INTEGER;

-- CreateIndex
CREATE INDEX "DecisionLog_factId_idx" ON "DecisionLog"("factId");

-- AddForeignKey
ALTER TABLE "DecisionLog" ADD CONSTRAINT "DecisionLog_factId_fkey" FOREIGN KEY ("factId") REFERENCES "DashboardFact"("id") ON DELETE SET NULL ON UPDATE CASCADE;
