"""Draft orders with price matrices: custom sizes for Shopify stores. A reference application for Nicol."""
