"""Engagements, findings and their trends for an internal audit with many tenants. A reference application for Nicol."""
