-- CreateTable
CREATE TABLE "DraftOrderRequest" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "matrixId" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "variantId" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unitPrice" TEXT NOT NULL,
    "totalPrice" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "DraftOrderRequest_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DraftOrderRequest_matrixId_fkey" FOREIGN KEY ("matrixId") REFERENCES "PriceMatrix" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DraftOrderRequest_unitPrice_decimal" CHECK (json_valid("unitPrice") AND json_type("unitPrice") IN ('integer', 'real')),
    CONSTRAINT "DraftOrderRequest_totalPrice_decimal" CHECK (json_valid("totalPrice") AND json_type("totalPrice") IN ('integer', 'real'))
);

-- CreateIndex
CREATE INDEX "DraftOrderRequest_storeId_createdAt_idx" ON "DraftOrderRequest"("storeId", "createdAt");

-- CreateIndex
CREATE INDEX "DraftOrderRequest_matrixId_idx" ON "DraftOrderRequest"("matrixId");
