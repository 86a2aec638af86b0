-- CreateIndex
CREATE INDEX "AiDraft_createdAt_idx" ON "AiDraft"("createdAt");

-- CreateIndex
CREATE INDEX "ConnectionEvent_createdAt_idx" ON "ConnectionEvent"("createdAt");

-- CreateIndex
CREATE INDEX "StoreSecret_rotationReminderAt_idx" ON "StoreSecret"("rotationReminderAt");
