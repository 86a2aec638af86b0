"""From one catalog to another, and the history of how a database got there. Pure."""
