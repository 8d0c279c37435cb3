"""Tests of the plugin ledger."""
