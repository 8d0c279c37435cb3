"""Releases: manifest, publishing, verification, export."""
