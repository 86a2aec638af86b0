-- Behind the application's scopes stands the database itself. A transaction says whom it is for (`app.tenant`), and sees and
-- writes the rows of that tenant alone; one that says nothing sees none. The setting is empty, not absent, once a connection has
-- carried it: hence nullif. The tables' owner is not bound: migrations, the seed and backups are for all tenants.
CREATE POLICY tenant ON "Tenant" USING ("id" = nullif(current_setting('app.tenant', true), ''));
CREATE POLICY tenant ON "User" USING ("tenantId" = nullif(current_setting('app.tenant', true), ''));
CREATE POLICY tenant ON "AuditEngagement" USING ("tenantId" = nullif(current_setting('app.tenant', true), ''));
CREATE POLICY tenant ON "Observation" USING ("tenantId" = nullif(current_setting('app.tenant', true), ''));
CREATE POLICY tenant ON "DashboardSnapshot" USING ("tenantId" = nullif(current_setting('app.tenant', true), ''));

-- Entries are written by a function with the rights of its owner, and read by the tenant whose rows they are about.
CREATE POLICY tenant ON "_nicol_audit" FOR SELECT USING (
    nullif(current_setting('app.tenant', true), '') IN ("before" ->> 'tenantId', "after" ->> 'tenantId')
);

-- Who comes in has no tenant yet, and neither has a job that goes from one to the next.
CREATE POLICY entrance ON "Tenant" FOR SELECT USING (current_setting('app.entrance', true) = 'open');
CREATE POLICY entrance ON "User" FOR SELECT USING (current_setting('app.entrance', true) = 'open');

ALTER TABLE "Tenant" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "AuditEngagement" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Observation" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "DashboardSnapshot" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "_nicol_audit" ENABLE ROW LEVEL SECURITY;

-- The role that the application's own logs in as a member of. Roles belong to the server: where this one is missing, nobody but the owner works here.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'audit_platform_application') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON "Tenant", "User", "AuditEngagement", "Observation", "DashboardSnapshot"
        TO audit_platform_application;
        GRANT SELECT ON "_nicol_audit" TO audit_platform_application;
    END IF;
END $$;
