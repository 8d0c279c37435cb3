"""Tests of plugins: how they are found and switched on."""
