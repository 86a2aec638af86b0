-- CreateTable
CREATE TABLE "ProductVelocity" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "shopifyProductId" TEXT NOT NULL,
    "shopifyVariantId" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "vendor" TEXT NOT NULL,
    "unitCost" TEXT NOT NULL,
    "onHand" INTEGER NOT NULL,
    "leadDays" INTEGER NOT NULL,
    "unitsPerDay" TEXT NOT NULL DEFAULT '0',
    "stockOutAt" DATETIME,
    "reorderQuantity" INTEGER NOT NULL DEFAULT 0,
    "computedAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "ProductVelocity_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ProductVelocity_unitCost_decimal" CHECK (json_valid("unitCost") AND json_type("unitCost") IN ('integer', 'real')),
    CONSTRAINT "ProductVelocity_unitsPerDay_decimal" CHECK (json_valid("unitsPerDay") AND json_type("unitsPerDay") IN ('integer', 'real'))
);

-- CreateTable
CREATE TABLE "PurchaseOrder" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "vendor" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'DRAFT',
    "total" TEXT NOT NULL,
    "expectedAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "PurchaseOrder_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PurchaseOrder_status_enum" CHECK ("status" IN ('DRAFT', 'SENT', 'CONFIRMED', 'RECEIVED', 'CANCELLED')),
    CONSTRAINT "PurchaseOrder_total_decimal" CHECK (json_valid("total") AND json_type("total") IN ('integer', 'real'))
);

-- CreateTable
CREATE TABLE "PurchaseOrderLine" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "purchaseOrderId" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unitCost" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "PurchaseOrderLine_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PurchaseOrderLine_purchaseOrderId_fkey" FOREIGN KEY ("purchaseOrderId") REFERENCES "PurchaseOrder" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PurchaseOrderLine_unitCost_decimal" CHECK (json_valid("unitCost") AND json_type("unitCost") IN ('integer', 'real')),
    CONSTRAINT "something_is_ordered" CHECK (quantity > 0)
);

-- CreateIndex
CREATE INDEX "ProductVelocity_storeId_stockOutAt_idx" ON "ProductVelocity"("storeId", "stockOutAt");

-- CreateIndex
CREATE UNIQUE INDEX "ProductVelocity_storeId_sku_key" ON "ProductVelocity"("storeId", "sku");

-- CreateIndex
CREATE INDEX "PurchaseOrder_storeId_status_createdAt_idx" ON "PurchaseOrder"("storeId", "status", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "PurchaseOrder_storeId_number_key" ON "PurchaseOrder"("storeId", "number");

-- CreateIndex
CREATE INDEX "PurchaseOrderLine_storeId_sku_idx" ON "PurchaseOrderLine"("storeId", "sku");

-- CreateIndex
CREATE UNIQUE INDEX "PurchaseOrderLine_purchaseOrderId_sku_key" ON "PurchaseOrderLine"("purchaseOrderId", "sku");
