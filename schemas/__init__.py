"""The tables, one Pandera model each; `registry` is the index to read first. This file imports nothing."""

if not __name__.startswith("tidebook."):
    # Under its bare name each class would load a second time, and a host project may have a package of this name.
    raise ImportError(f"import tidebook.{__name__}: {__name__} is only the name of its folder")
