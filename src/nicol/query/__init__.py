"""Client calls as values, compiled to programs and shapes. Pure."""
