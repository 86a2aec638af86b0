"""The parts of a query, by idea: filters, pages with their selections, data, and the queries themselves."""
