"""Tidebook: check an article's figures, claims and predictions, and report which hold."""

import os

if not __name__.startswith("tidebook."):
    # Under its bare name each class would load a second time, and a host project may have a package of this name.
    raise ImportError(f"import tidebook.{__name__}: {__name__} is only the name of its folder")

_machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")
if _machine in ("x86_64", "AMD64") and "NPY_ENABLE_CPU_FEATURES" not in os.environ:
    # With AVX-512, NumPy takes exponents and logarithms that round otherwise in the last digit, and a release would
    # have other bytes on another processor. It reads this when it is first imported.
    _off, _own = "X86_V4 AVX512_ICL AVX512_SPR", os.environ.get("NPY_DISABLE_CPU_FEATURES", "")
    os.environ["NPY_DISABLE_CPU_FEATURES"] = _own if _off in _own else f"{_own} {_off}".strip()
