"""
Looking at a file from anyone, in a process of its own that cannot do much harm.

The child is given no key that makes marks, no registry and no connection; its memory, time and files are
bounded.  It answers in JSON, which, unlike a pickle, can only be data whatever the file did to its decoder.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safety.provenance.credentials import Credentials, ManifestState, Trust
from safety.provenance.examine import Examiner, examine_media
from safety.provenance.fingerprint import Fingerprint
from safety.provenance.label import LabelSeen
from safety.provenance.manifest import SoftBinding
from safety.provenance.observation import Confidence, Medium, Observations, PictureReading
from safety.provenance.payload import MarkKeys, Payload
from safety.provenance.sound_mark import SoundMark, SoundMarkKind

_MOST_ANSWER_BYTES = 4_000_000
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the child may use: address space, processor time and time by the clock."""

    memory_bytes: int = 3 << 30
    processor_s: int = 60
    timeout_s: float = 90.0


def examine_in_child(path: Path, examiner: Examiner, limits: Limits) -> Observations:
    """Return what a file told; a child that died, hung or babbled makes it unreadable."""
    request = json.dumps({"path": str(path.resolve()), "limits": _limits(limits), **_secrets(examiner)})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "safety.provenance.child"],
            input=request.encode(),
            capture_output=True,
            timeout=limits.timeout_s,
            check=False,
            cwd=_ROOT,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        return Observations(problem="looking at the file took too long")
    if done.returncode != 0 or len(done.stdout) > _MOST_ANSWER_BYTES:
        return Observations(problem="the file could not be looked at within its limits")
    try:
        return observations_from_json(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        return Observations(problem="the file could not be looked at within its limits")


def _environment() -> dict[str, str]:
    """One thread a library, our own code first, and nothing that the parent's environment holds."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    found = {"PYTHONPATH": str(_ROOT), "PATH": os.environ.get("PATH", ""), **dict.fromkeys(threads, "1")}
    return found | {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


def _limits(limits: Limits) -> dict[str, int]:
    return {"memory_bytes": limits.memory_bytes, "processor_s": limits.processor_s}


def _secrets(examiner: Examiner) -> dict[str, Any]:
    """What reading needs: where the bits lie and which key numbers exist, but no key that signs a mark."""
    return {
        "pattern": examiner.keys.pattern.hex(),
        "numbers": sorted(examiner.keys.macs),
        "ours_pem": examiner.trust.ours_pem.decode(),
        "others_pem": examiner.trust.others_pem.decode(),
    }


def observations_as_json(seen: Observations) -> dict[str, Any]:
    """Return observations as JSON-ready values; the inverse of `observations_from_json`."""
    credentials = {name: getattr(seen.credentials, name) for name in Credentials.__slots__}
    credentials["bindings"] = [[binding.algorithm, binding.value] for binding in seen.credentials.bindings]
    label = seen.label
    return {
        "problem": seen.problem,
        "medium": seen.medium.value,
        "duration_s": seen.duration_s,
        "credentials": credentials,
        "marks": [_mark_as_json(mark) for mark in seen.marks],
        "sound": [seen.sound.kind.value, seen.sound.mark_id],
        "fingerprint": None
        if seen.fingerprint is None
        else base64.b64encode(seen.fingerprint.to_bytes()).decode(),
        "label": None
        if label is None
        else [label.seen_count, label.looked_count, label.is_where_ours_stands],
    }


def _mark_as_json(mark: PictureReading) -> dict[str, Any]:
    return {
        "payload": mark.payload.text,
        "seconds": [int(second) for second in mark.seconds],
        "across_px": mark.across_px,
        "down_px": mark.down_px,
        "is_mirrored": mark.is_mirrored,
    }


def observations_from_json(told: dict[str, Any]) -> Observations:
    """
    Return observations from JSON values.

    Raises:
        ValueError, KeyError, TypeError: they are not what `observations_as_json` gives.
    """
    prints, label = told["fingerprint"], told["label"]
    return Observations(
        problem=None if told["problem"] is None else str(told["problem"]),
        medium=Medium(told["medium"]),
        duration_s=float(told["duration_s"]),
        credentials=_credentials(told["credentials"]),
        marks=tuple(_mark(mark) for mark in told["marks"]),
        sound=SoundMark(kind=SoundMarkKind(told["sound"][0]), mark_id=told["sound"][1]),
        fingerprint=None
        if prints is None
        else Fingerprint.from_bytes(base64.b64decode(prints, validate=True)),
        label=None
        if label is None
        else LabelSeen(
            seen_count=int(label[0]), looked_count=int(label[1]), is_where_ours_stands=bool(label[2])
        ),
    )


def _credentials(told: dict[str, Any]) -> Credentials:
    bindings = tuple(SoftBinding(algorithm=str(name), value=str(value)) for name, value in told["bindings"])
    fields = {**told, "state": ManifestState(told["state"]), "failures": tuple(map(str, told["failures"]))}
    return Credentials(**{**fields, "bindings": bindings})


def _mark(told: dict[str, Any]) -> PictureReading:
    return PictureReading(
        payload=Payload.from_value(int(told["payload"], 16)),
        seconds=tuple(Confidence(second) for second in told["seconds"]),
        across_px=float(told["across_px"]),
        down_px=float(told["down_px"]),
        is_mirrored=bool(told["is_mirrored"]),
    )


def _bound(limits: dict[str, int]) -> None:
    """Take from this process what a decoder does not need."""
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["processor_s"]),
        (resource.RLIMIT_FSIZE, 0),  # it writes no file
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read a request from standard input, look at the file, answer on standard output."""
    request = json.loads(sys.stdin.buffer.read())
    _bound(request["limits"])
    macs = {int(number): b"" for number in request["numbers"]}
    keys = MarkKeys(pattern=bytes.fromhex(request["pattern"]), permutation=b"", macs=macs, current=min(macs))
    trust = Trust(ours_pem=request["ours_pem"].encode(), others_pem=request["others_pem"].encode())
    seen = examine_media(Path(request["path"]), Examiner(keys=keys, trust=trust))
    sys.stdout.write(json.dumps(observations_as_json(seen)))


if __name__ == "__main__":
    main()
