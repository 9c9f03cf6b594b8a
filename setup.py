"""Builds the compiled part of the package; everything else is in pyproject.toml."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

MODULES = sorted(Path("qos_exporter").rglob("*.pyx"))


def extension(path: Path) -> Extension:
    """One compiled module."""
    return Extension(
        ".".join(path.with_suffix("").parts),
        [str(path)],
        include_dirs=[np.get_include()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
        extra_compile_args=["-O2", "-g0"],
    )


setup(
    ext_modules=cythonize(
        [extension(path) for path in MODULES],
        compiler_directives={"language_level": 3, "boundscheck": False, "wraparound": False},
    ),
    options={"build_ext": {"parallel": os.cpu_count()}},
)
