-- CreateTable
CREATE TABLE "_nicol_audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "actor" TEXT,
    "operation" TEXT NOT NULL,
    "table_name" TEXT NOT NULL,
    "row_key" TEXT,
    "before" JSONB,
    "after" JSONB,
    "number" BIGINT,
    "hash" TEXT,

    CONSTRAINT "_nicol_audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "_nicol_audit_table_name_row_key_idx" ON "_nicol_audit"("table_name", "row_key");

-- AuditTrail
CREATE OR REPLACE FUNCTION "_nicol_audit_row"()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
DECLARE
  key_end int := 3 + TG_ARGV[2]::int;
  keys text[] := TG_ARGV[4:key_end];
  listed text[] := TG_ARGV[key_end + 1:];
  old_row jsonb := to_jsonb(OLD);
  new_row jsonb := to_jsonb(NEW);
  moment timestamp(3) := clock_timestamp() AT TIME ZONE 'UTC';
  who text := nullif(current_setting('nicol.actor', true), '');
  this_key text;
  last record;
  place bigint;
  digest text;
BEGIN
  IF cardinality(keys) = 1 THEN
    this_key := coalesce(old_row, new_row) ->> keys[1];
  ELSE
    SELECT '[' || string_agg((coalesce(old_row, new_row) -> k.name)::text, ',' ORDER BY k.place) || ']' INTO this_key
    FROM unnest(keys) WITH ORDINALITY k (name, place);
  END IF;
  IF TG_ARGV[3] = 'only' THEN
    old_row := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(old_row) WHERE key = ANY (listed));
    new_row := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(new_row) WHERE key = ANY (listed));
  END IF;
  IF TG_OP = 'UPDATE' AND old_row = new_row THEN
    RETURN NULL;
  END IF;
  IF TG_ARGV[3] = 'except' THEN
    old_row := old_row - listed;
    new_row := new_row - listed;
  END IF;
  IF TG_ARGV[1] = 'chain' THEN
    INSERT INTO "_nicol_audit_chain" AS c ("name", "turn") VALUES (TG_ARGV[0], txid_current())
    ON CONFLICT ("name") DO UPDATE SET "turn" = excluded."turn" WHERE c."turn" <> excluded."turn";
    SELECT e."number", e."hash" INTO last FROM "_nicol_audit" e
    WHERE e."table_name" = TG_ARGV[0] AND e."number" IS NOT NULL ORDER BY e."number" DESC LIMIT 1;
    place := coalesce(last."number", 0) + 1;
    digest := encode(sha256(convert_to(coalesce(last."hash", '') || jsonb_build_array(
      place, moment, who, lower(TG_OP), TG_ARGV[0], this_key, old_row, new_row)::text, 'UTF8')), 'hex');
  END IF;
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after", "number", "hash")
  VALUES (moment, who, lower(TG_OP), TG_ARGV[0], this_key, old_row, new_row, place, digest);
  RETURN NULL;
END
$function$;
DO $$ BEGIN EXECUTE format('ALTER FUNCTION "_nicol_audit_row"() SET search_path TO %I, pg_temp', current_schema()); END $$;

-- AuditTrail
CREATE OR REPLACE FUNCTION "_nicol_audit_kept"()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only: % is refused', lower(TG_OP);
END
$function$;

-- AuditTrail
CREATE TRIGGER _nicol_audit_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON "_nicol_audit" FOR EACH STATEMENT EXECUTE FUNCTION _nicol_audit_kept();

-- AuditTrail
CREATE TRIGGER _nicol_audit AFTER INSERT OR DELETE OR UPDATE ON "Tenant" FOR EACH ROW EXECUTE FUNCTION _nicol_audit_row('Tenant', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit_truncate AFTER TRUNCATE ON "Tenant" FOR EACH STATEMENT EXECUTE FUNCTION _nicol_audit_row('Tenant', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit AFTER INSERT OR DELETE OR UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION _nicol_audit_row('User', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit_truncate AFTER TRUNCATE ON "User" FOR EACH STATEMENT EXECUTE FUNCTION _nicol_audit_row('User', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit AFTER INSERT OR DELETE OR UPDATE ON "AuditEngagement" FOR EACH ROW EXECUTE FUNCTION _nicol_audit_row('AuditEngagement', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit_truncate AFTER TRUNCATE ON "AuditEngagement" FOR EACH STATEMENT EXECUTE FUNCTION _nicol_audit_row('AuditEngagement', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit AFTER INSERT OR DELETE OR UPDATE ON "Observation" FOR EACH ROW EXECUTE FUNCTION _nicol_audit_row('Observation', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit_truncate AFTER TRUNCATE ON "Observation" FOR EACH STATEMENT EXECUTE FUNCTION _nicol_audit_row('Observation', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit AFTER INSERT OR DELETE OR UPDATE ON "DashboardSnapshot" FOR EACH ROW EXECUTE FUNCTION _nicol_audit_row('DashboardSnapshot', '', '1', 'except', 'id');

-- AuditTrail
CREATE TRIGGER _nicol_audit_truncate AFTER TRUNCATE ON "DashboardSnapshot" FOR EACH STATEMENT EXECUTE FUNCTION _nicol_audit_row('DashboardSnapshot', '', '1', 'except', 'id');
