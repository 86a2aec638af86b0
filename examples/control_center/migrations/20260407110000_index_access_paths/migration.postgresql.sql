-- CreateIndex
CREATE INDEX "DashboardFact_shopDomain_factType_createdAt_id_idx" ON "DashboardFact"("shopDomain", "factType", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "DecisionLog_actor_createdAt_idx" ON "DecisionLog"("actor", "createdAt");

-- CreateIndex
CREATE INDEX "DecisionLog_shopDomain_createdAt_idx" ON "DecisionLog"("shopDomain", "createdAt");

-- CreateIndex
CREATE INDEX "DecisionLog_createdAt_idx" ON "DecisionLog"("createdAt");
