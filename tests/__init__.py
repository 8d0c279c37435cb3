"""Tests: unit, contract and integration."""
