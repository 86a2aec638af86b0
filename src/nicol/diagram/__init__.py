"""Entity-relationship diagrams: a schema as boxes and links, and those as Mermaid, DOT and SVG."""
