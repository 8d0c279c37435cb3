"""Exports: a release's tables for people without Parquet."""
