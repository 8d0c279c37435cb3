"""Reading the raw tables: the quantity grammar, tables to figures, the lock."""
