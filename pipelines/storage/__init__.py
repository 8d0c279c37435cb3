"""Storage: content keys, atomic Parquet, releases."""
