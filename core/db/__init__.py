"""The database: tables' base, engines, lanes (the only way to write), scoped sessions."""
