-- AlterTable
ALTER TABLE "DecisionOutbox" ADD COLUMN     "deadAt" TIMESTAMP(3),
ADD COLUMN     "idempotencyKey" TEXT,
ADD COLUMN     "key" TEXT NOT NULL DEFAULT 'decisions';

-- Decisions that wait get a key of their own
UPDATE "DecisionOutbox" SET "idempotencyKey" = gen_random_uuid()::TEXT;
ALTER TABLE "DecisionOutbox" ALTER COLUMN "idempotencyKey" SET NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "DecisionOutbox_idempotencyKey_key" ON "DecisionOutbox"("idempotencyKey");

-- CreateIndex
CREATE INDEX "DecisionOutbox_key_id_idx" ON "DecisionOutbox"("key", "id");

-- CreateIndex
CREATE INDEX "DecisionOutbox_deadAt_id_idx" ON "DecisionOutbox"("deadAt", "id");
