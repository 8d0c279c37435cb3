"""A dossier: one folder with all that is particular to one article, read into declarations and models of its tables."""
