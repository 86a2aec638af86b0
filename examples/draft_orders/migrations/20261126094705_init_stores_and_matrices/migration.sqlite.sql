-- CreateTable
CREATE TABLE "Store" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "domain" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "currency" TEXT NOT NULL DEFAULT 'EUR',
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Store_currency_length" CHECK (length("currency") <= 3)
);

-- CreateTable
CREATE TABLE "PriceMatrix" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "unit" TEXT NOT NULL DEFAULT 'mm',
    "widths" TEXT,
    "heights" TEXT,
    "cells" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "PriceMatrix_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PriceMatrix_widths_list" CHECK (json_valid("widths") AND json_type("widths") = 'array'),
    CONSTRAINT "PriceMatrix_heights_list" CHECK (json_valid("heights") AND json_type("heights") = 'array'),
    CONSTRAINT "PriceMatrix_cells_list" CHECK (json_valid("cells") AND json_type("cells") = 'array')
);

-- CreateTable
CREATE TABLE "ProductMatrix" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "variantId" TEXT NOT NULL,
    "matrixId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "ProductMatrix_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ProductMatrix_matrixId_fkey" FOREIGN KEY ("matrixId") REFERENCES "PriceMatrix" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Store_domain_key" ON "Store"("domain");

-- CreateIndex
CREATE UNIQUE INDEX "PriceMatrix_storeId_name_key" ON "PriceMatrix"("storeId", "name");

-- CreateIndex
CREATE INDEX "ProductMatrix_matrixId_idx" ON "ProductMatrix"("matrixId");

-- CreateIndex
CREATE UNIQUE INDEX "ProductMatrix_storeId_productId_key" ON "ProductMatrix"("storeId", "productId");
