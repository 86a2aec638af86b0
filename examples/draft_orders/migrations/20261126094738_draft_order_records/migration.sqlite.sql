-- AlterTable
ALTER TABLE "Store" ADD COLUMN "totalDraftOrdersCreated" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "DraftOrderRecord" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "matrixId" TEXT NOT NULL,
    "shopifyDraftOrderId" TEXT NOT NULL,
    "shopifyOrderName" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "variantId" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unitPrice" TEXT NOT NULL,
    "totalPrice" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    CONSTRAINT "DraftOrderRecord_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DraftOrderRecord_matrixId_fkey" FOREIGN KEY ("matrixId") REFERENCES "PriceMatrix" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DraftOrderRecord_unitPrice_decimal" CHECK (json_valid("unitPrice") AND json_type("unitPrice") IN ('integer', 'real')),
    CONSTRAINT "DraftOrderRecord_totalPrice_decimal" CHECK (json_valid("totalPrice") AND json_type("totalPrice") IN ('integer', 'real')),
    CONSTRAINT "a_piece_at_least" CHECK (quantity >= 1),
    CONSTRAINT "a_size_at_all" CHECK (width > 0 AND height > 0)
);

-- CreateIndex
CREATE INDEX "DraftOrderRecord_storeId_createdAt_idx" ON "DraftOrderRecord"("storeId", "createdAt");

-- CreateIndex
CREATE INDEX "DraftOrderRecord_matrixId_idx" ON "DraftOrderRecord"("matrixId");

-- CreateIndex
CREATE UNIQUE INDEX "DraftOrderRecord_storeId_shopifyDraftOrderId_key" ON "DraftOrderRecord"("storeId", "shopifyDraftOrderId");
