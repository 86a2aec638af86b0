"""The Operator Control Center: facts as tiles, decisions as an audit trail. A reference application for Nicol."""
