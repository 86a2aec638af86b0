-- AlterTable
ALTER TABLE "StoreSecret" ADD COLUMN     "name" TEXT NOT NULL DEFAULT '';

-- The names of those that are there already
UPDATE "StoreSecret"
SET "name" = (SELECT "domain" FROM "Store" WHERE "Store"."id" = "StoreSecret"."storeId") || ': ' || CAST("kind" AS TEXT);
