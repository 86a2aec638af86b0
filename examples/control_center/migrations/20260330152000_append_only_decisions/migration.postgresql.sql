-- The audit trail is append-only. One change is let through: the database itself clears "factId" when the fact that a
-- decision points at has been deleted (ON DELETE SET NULL).

CREATE FUNCTION "DecisionLog_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unlinked "DecisionLog";
BEGIN
    IF TG_OP = 'UPDATE' THEN
        unlinked := OLD;
        unlinked."factId" := NULL;
        IF OLD."factId" IS NOT NULL
            AND NEW IS NOT DISTINCT FROM unlinked
            AND NOT EXISTS (SELECT 1 FROM "DashboardFact" WHERE "id" = OLD."factId")
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'DecisionLog is append-only: % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER "DecisionLog_refuse_change"
BEFORE UPDATE OR DELETE ON "DecisionLog"
FOR EACH ROW EXECUTE FUNCTION "DecisionLog_refuse"();

CREATE TRIGGER "DecisionLog_refuse_truncate"
BEFORE TRUNCATE ON "DecisionLog"
FOR EACH STATEMENT EXECUTE FUNCTION "DecisionLog_refuse"();
