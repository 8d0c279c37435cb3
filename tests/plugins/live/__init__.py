"""Tests of the plugin live."""
