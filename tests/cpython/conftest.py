"""Builds _cpytest (core/cpython behind a window for tests) for the running interpreter."""

import glob
import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
CORE = os.path.join(HERE, "..", "..", "core")


def build():
    sources = sorted(glob.glob(os.path.join(CORE, "cpython", "*.c"))) + [os.path.join(HERE, "_cpytest.c")]
    inputs = sources + sorted(glob.glob(os.path.join(CORE, "cpython", "*.[hd]*")))
    digest = hashlib.sha1(repr((sys.version, sys.executable)).encode())
    for path in inputs:
        with open(path, "rb") as file:
            digest.update(file.read())
    folder = os.path.join(tempfile.gettempdir(), "jitney-cpytest-" + digest.hexdigest()[:16])
    target = os.path.join(folder, "_cpytest" + sysconfig.get_config_var("EXT_SUFFIX"))
    if not os.path.exists(target):
        os.makedirs(folder, exist_ok=True)
        partial = target + f".{os.getpid()}"
        command = [
            os.environ.get("CC", "gcc"), "-std=gnu11", "-O1", "-g", "-shared", "-fPIC", "-fvisibility=hidden",
            "-fno-strict-aliasing", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
            "-I" + sysconfig.get_path("include"), "-I" + CORE, *sources, "-o", partial,
        ]
        subprocess.run(command, check=True)
        os.rename(partial, target)
    return target


@pytest.fixture(scope="session")
def cpy():
    spec = importlib.util.spec_from_file_location("_cpytest", build())
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
