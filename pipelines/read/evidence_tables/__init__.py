"""Evidence tables: data sets of others, declared once and read row by row as expressions need them."""
