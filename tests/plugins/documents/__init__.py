"""Tests of the plugin `documents`."""
