"""The shop dashboard: the persistence and the pages behind a Shopify merchant's desk. A reference application for Nicol."""
