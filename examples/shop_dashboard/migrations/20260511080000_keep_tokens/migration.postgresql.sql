-- AlterTable
ALTER TABLE "StoreSecret" ADD COLUMN     "value" TEXT;
