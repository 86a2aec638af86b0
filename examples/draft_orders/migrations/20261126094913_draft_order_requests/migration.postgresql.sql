-- CreateTable
CREATE TABLE "DraftOrderRequest" (
    "id" TEXT NOT NULL,
    "storeId" TEXT NOT NULL,
    "matrixId" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "variantId" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unitPrice" DECIMAL(10,2) NOT NULL,
    "totalPrice" DECIMAL(12,2) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "DraftOrderRequest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "DraftOrderRequest_storeId_createdAt_idx" ON "DraftOrderRequest"("storeId", "createdAt");

-- CreateIndex
CREATE INDEX "DraftOrderRequest_matrixId_idx" ON "DraftOrderRequest"("matrixId");

-- AddForeignKey
ALTER TABLE "DraftOrderRequest" ADD CONSTRAINT "DraftOrderRequest_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DraftOrderRequest" ADD CONSTRAINT "DraftOrderRequest_matrixId_fkey" FOREIGN KEY ("matrixId") REFERENCES "PriceMatrix"("id") ON DELETE CASCADE ON UPDATE CASCADE;
