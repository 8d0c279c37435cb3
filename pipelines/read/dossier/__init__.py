"""What dossier.toml or a data package declares."""
