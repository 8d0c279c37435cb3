"""The code location: each module and each component in this folder adds its definitions, as `dg scaffold defs` expects.

Belongs here: for which dossier and settings of the environment something is defined. Does not: what is defined, which
the modules of `tidebook.pipelines.defs` say and a component in another project uses without this folder.
"""
