"""The client of all tenants, and that of one: what another tenant has is not there.

What a scope says to the client, its settings say to PostgreSQL's policies (the migration `row_level_security`).
"""

from __future__ import annotations

from audit_platform.db import AsyncClient
from nicol.client import Rule, Scope


class Platform(AsyncClient):
    """The generated client, which can be kept to one tenant."""

    def for_tenant(self, tenant_id: str) -> Platform:
        """The same client that sees, counts, changes and makes nothing but what belongs to a tenant."""
        recorded = [{side: {"path": ["tenantId"], "equals": tenant_id}} for side in ("before", "after")]
        return self.scoped(
            Scope(
                {"tenantId": tenant_id},
                rules={
                    "Tenant": Rule(where={"id": tenant_id}),
                    "AuditEntry": Rule(where={"OR": recorded}),
                },
                settings={"app.tenant": tenant_id},
            )
        )

    def at_the_entrance(self) -> Platform:
        """The same client that sees who there is, in which tenants, and nothing of what they have."""
        return self.scoped(Scope(shared=("Tenant", "User"), settings={"app.entrance": "open"}))
