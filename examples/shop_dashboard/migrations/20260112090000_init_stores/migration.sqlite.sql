-- CreateTable
CREATE TABLE "Store" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "domain" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "currency" TEXT NOT NULL DEFAULT 'EUR',
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "plan" TEXT NOT NULL DEFAULT 'STARTER',
    "status" TEXT NOT NULL DEFAULT 'ACTIVE',
    "onboarding" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Store_currency_length" CHECK (length("currency") <= 3),
    CONSTRAINT "Store_plan_enum" CHECK ("plan" IN ('STARTER', 'GROWTH', 'PLUS')),
    CONSTRAINT "Store_status_enum" CHECK ("status" IN ('ACTIVE', 'PAUSED', 'UNINSTALLED')),
    CONSTRAINT "Store_onboarding_json" CHECK (json_valid("onboarding"))
);

-- CreateTable
CREATE TABLE "StoreSettings" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "storeId" TEXT NOT NULL,
    "thresholds" TEXT NOT NULL,
    "features" TEXT NOT NULL,
    "connections" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "StoreSettings_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "StoreSettings_thresholds_json" CHECK (json_valid("thresholds")),
    CONSTRAINT "StoreSettings_features_json" CHECK (json_valid("features")),
    CONSTRAINT "StoreSettings_connections_json" CHECK (json_valid("connections"))
);

-- CreateIndex
CREATE UNIQUE INDEX "Store_domain_key" ON "Store"("domain");

-- CreateIndex
CREATE UNIQUE INDEX "StoreSettings_storeId_key" ON "StoreSettings"("storeId");
