-- CreateTable
CREATE TABLE "_nicol_audit" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "at" DATETIME NOT NULL,
    "actor" TEXT,
    "operation" TEXT NOT NULL,
    "table_name" TEXT NOT NULL,
    "row_key" TEXT,
    "before" TEXT,
    "after" TEXT,
    "number" INTEGER,
    "hash" TEXT
);

-- CreateTable
CREATE TABLE "_nicol_audit_actor" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "actor" TEXT NOT NULL
);

-- CreateIndex
CREATE INDEX "_nicol_audit_table_name_row_key_idx" ON "_nicol_audit"("table_name", "row_key");

-- AuditTrail
CREATE TRIGGER "_nicol_audit_kept_update" BEFORE UPDATE ON "_nicol_audit" BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only: update is refused');
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_kept_delete" BEFORE DELETE ON "_nicol_audit" BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only: delete is refused');
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_kept_insert" BEFORE INSERT ON "_nicol_audit" WHEN EXISTS (SELECT 1 FROM "_nicol_audit" WHERE "id" = NEW."id") BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only: replacing an entry is refused');
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_Tenant_insert" AFTER INSERT ON "Tenant" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'insert',
    'Tenant',
    CAST(NEW."id" AS TEXT),
    NULL,
    json_object('createdAt', NEW."createdAt", 'id', NEW."id", 'name', NEW."name", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_Tenant_update" AFTER UPDATE ON "Tenant" WHEN OLD."createdAt" IS NOT NEW."createdAt" OR OLD."id" IS NOT NEW."id" OR OLD."name" IS NOT NEW."name" OR OLD."updatedAt" IS NOT NEW."updatedAt" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'update',
    'Tenant',
    CAST(OLD."id" AS TEXT),
    json_object('createdAt', OLD."createdAt", 'id', OLD."id", 'name', OLD."name", 'updatedAt', OLD."updatedAt"),
    json_object('createdAt', NEW."createdAt", 'id', NEW."id", 'name', NEW."name", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_Tenant_delete" AFTER DELETE ON "Tenant" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'delete',
    'Tenant',
    CAST(OLD."id" AS TEXT),
    json_object('createdAt', OLD."createdAt", 'id', OLD."id", 'name', OLD."name", 'updatedAt', OLD."updatedAt"),
    NULL);
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_User_insert" AFTER INSERT ON "User" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'insert',
    'User',
    CAST(NEW."id" AS TEXT),
    NULL,
    json_object('createdAt', NEW."createdAt", 'email', NEW."email", 'id', NEW."id", 'name', NEW."name", 'role', NEW."role", 'tenantId', NEW."tenantId", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_User_update" AFTER UPDATE ON "User" WHEN OLD."createdAt" IS NOT NEW."createdAt" OR OLD."email" IS NOT NEW."email" OR OLD."id" IS NOT NEW."id" OR OLD."name" IS NOT NEW."name" OR OLD."role" IS NOT NEW."role" OR OLD."tenantId" IS NOT NEW."tenantId" OR OLD."updatedAt" IS NOT NEW."updatedAt" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'update',
    'User',
    CAST(OLD."id" AS TEXT),
    json_object('createdAt', OLD."createdAt", 'email', OLD."email", 'id', OLD."id", 'name', OLD."name", 'role', OLD."role", 'tenantId', OLD."tenantId", 'updatedAt', OLD."updatedAt"),
    json_object('createdAt', NEW."createdAt", 'email', NEW."email", 'id', NEW."id", 'name', NEW."name", 'role', NEW."role", 'tenantId', NEW."tenantId", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_User_delete" AFTER DELETE ON "User" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'delete',
    'User',
    CAST(OLD."id" AS TEXT),
    json_object('createdAt', OLD."createdAt", 'email', OLD."email", 'id', OLD."id", 'name', OLD."name", 'role', OLD."role", 'tenantId', OLD."tenantId", 'updatedAt', OLD."updatedAt"),
    NULL);
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_AuditEngagement_insert" AFTER INSERT ON "AuditEngagement" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'insert',
    'AuditEngagement',
    CAST(NEW."id" AS TEXT),
    NULL,
    json_object('createdAt', NEW."createdAt", 'dueAt', NEW."dueAt", 'id', NEW."id", 'leadId', NEW."leadId", 'status', NEW."status", 'tenantId', NEW."tenantId", 'title', NEW."title", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_AuditEngagement_update" AFTER UPDATE ON "AuditEngagement" WHEN OLD."createdAt" IS NOT NEW."createdAt" OR OLD."dueAt" IS NOT NEW."dueAt" OR OLD."id" IS NOT NEW."id" OR OLD."leadId" IS NOT NEW."leadId" OR OLD."status" IS NOT NEW."status" OR OLD."tenantId" IS NOT NEW."tenantId" OR OLD."title" IS NOT NEW."title" OR OLD."updatedAt" IS NOT NEW."updatedAt" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'update',
    'AuditEngagement',
    CAST(OLD."id" AS TEXT),
    json_object('createdAt', OLD."createdAt", 'dueAt', OLD."dueAt", 'id', OLD."id", 'leadId', OLD."leadId", 'status', OLD."status", 'tenantId', OLD."tenantId", 'title', OLD."title", 'updatedAt', OLD."updatedAt"),
    json_object('createdAt', NEW."createdAt", 'dueAt', NEW."dueAt", 'id', NEW."id", 'leadId', NEW."leadId", 'status', NEW."status", 'tenantId', NEW."tenantId", 'title', NEW."title", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_AuditEngagement_delete" AFTER DELETE ON "AuditEngagement" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'delete',
    'AuditEngagement',
    CAST(OLD."id" AS TEXT),
    json_object('createdAt', OLD."createdAt", 'dueAt', OLD."dueAt", 'id', OLD."id", 'leadId', OLD."leadId", 'status', OLD."status", 'tenantId', OLD."tenantId", 'title', OLD."title", 'updatedAt', OLD."updatedAt"),
    NULL);
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_Observation_insert" AFTER INSERT ON "Observation" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'insert',
    'Observation',
    CAST(NEW."id" AS TEXT),
    NULL,
    json_object('closedAt', NEW."closedAt", 'complianceArea', NEW."complianceArea", 'createdAt', NEW."createdAt", 'engagementId', NEW."engagementId", 'id', NEW."id", 'raisedAt', NEW."raisedAt", 'repeatOfId', NEW."repeatOfId", 'severity', NEW."severity", 'status', NEW."status", 'tenantId', NEW."tenantId", 'title', NEW."title", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_Observation_update" AFTER UPDATE ON "Observation" WHEN OLD."closedAt" IS NOT NEW."closedAt" OR OLD."complianceArea" IS NOT NEW."complianceArea" OR OLD."createdAt" IS NOT NEW."createdAt" OR OLD."engagementId" IS NOT NEW."engagementId" OR OLD."id" IS NOT NEW."id" OR OLD."raisedAt" IS NOT NEW."raisedAt" OR OLD."repeatOfId" IS NOT NEW."repeatOfId" OR OLD."severity" IS NOT NEW."severity" OR OLD."status" IS NOT NEW."status" OR OLD."tenantId" IS NOT NEW."tenantId" OR OLD."title" IS NOT NEW."title" OR OLD."updatedAt" IS NOT NEW."updatedAt" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'update',
    'Observation',
    CAST(OLD."id" AS TEXT),
    json_object('closedAt', OLD."closedAt", 'complianceArea', OLD."complianceArea", 'createdAt', OLD."createdAt", 'engagementId', OLD."engagementId", 'id', OLD."id", 'raisedAt', OLD."raisedAt", 'repeatOfId', OLD."repeatOfId", 'severity', OLD."severity", 'status', OLD."status", 'tenantId', OLD."tenantId", 'title', OLD."title", 'updatedAt', OLD."updatedAt"),
    json_object('closedAt', NEW."closedAt", 'complianceArea', NEW."complianceArea", 'createdAt', NEW."createdAt", 'engagementId', NEW."engagementId", 'id', NEW."id", 'raisedAt', NEW."raisedAt", 'repeatOfId', NEW."repeatOfId", 'severity', NEW."severity", 'status', NEW."status", 'tenantId', NEW."tenantId", 'title', NEW."title", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_Observation_delete" AFTER DELETE ON "Observation" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'delete',
    'Observation',
    CAST(OLD."id" AS TEXT),
    json_object('closedAt', OLD."closedAt", 'complianceArea', OLD."complianceArea", 'createdAt', OLD."createdAt", 'engagementId', OLD."engagementId", 'id', OLD."id", 'raisedAt', OLD."raisedAt", 'repeatOfId', OLD."repeatOfId", 'severity', OLD."severity", 'status', OLD."status", 'tenantId', OLD."tenantId", 'title', OLD."title", 'updatedAt', OLD."updatedAt"),
    NULL);
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_DashboardSnapshot_insert" AFTER INSERT ON "DashboardSnapshot" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'insert',
    'DashboardSnapshot',
    CAST(NEW."id" AS TEXT),
    NULL,
    json_object('capturedAt', NEW."capturedAt", 'createdAt', NEW."createdAt", 'day', NEW."day", 'id', NEW."id", 'metrics', CASE WHEN json_valid(NEW."metrics") THEN json(NEW."metrics") ELSE NEW."metrics" END, 'tenantId', NEW."tenantId", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_DashboardSnapshot_update" AFTER UPDATE ON "DashboardSnapshot" WHEN OLD."capturedAt" IS NOT NEW."capturedAt" OR OLD."createdAt" IS NOT NEW."createdAt" OR OLD."day" IS NOT NEW."day" OR OLD."id" IS NOT NEW."id" OR OLD."metrics" IS NOT NEW."metrics" OR OLD."tenantId" IS NOT NEW."tenantId" OR OLD."updatedAt" IS NOT NEW."updatedAt" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'update',
    'DashboardSnapshot',
    CAST(OLD."id" AS TEXT),
    json_object('capturedAt', OLD."capturedAt", 'createdAt', OLD."createdAt", 'day', OLD."day", 'id', OLD."id", 'metrics', CASE WHEN json_valid(OLD."metrics") THEN json(OLD."metrics") ELSE OLD."metrics" END, 'tenantId', OLD."tenantId", 'updatedAt', OLD."updatedAt"),
    json_object('capturedAt', NEW."capturedAt", 'createdAt', NEW."createdAt", 'day', NEW."day", 'id', NEW."id", 'metrics', CASE WHEN json_valid(NEW."metrics") THEN json(NEW."metrics") ELSE NEW."metrics" END, 'tenantId', NEW."tenantId", 'updatedAt', NEW."updatedAt"));
END;

-- AuditTrail
CREATE TRIGGER "_nicol_audit_DashboardSnapshot_delete" AFTER DELETE ON "DashboardSnapshot" BEGIN
  INSERT INTO "_nicol_audit" ("at", "actor", "operation", "table_name", "row_key", "before", "after")
  VALUES (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
    (SELECT "actor" FROM "_nicol_audit_actor"),
    'delete',
    'DashboardSnapshot',
    CAST(OLD."id" AS TEXT),
    json_object('capturedAt', OLD."capturedAt", 'createdAt', OLD."createdAt", 'day', OLD."day", 'id', OLD."id", 'metrics', CASE WHEN json_valid(OLD."metrics") THEN json(OLD."metrics") ELSE OLD."metrics" END, 'tenantId', OLD."tenantId", 'updatedAt', OLD."updatedAt"),
    NULL);
END;
