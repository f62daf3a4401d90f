"""Whatever keeps the bytes, they are kept once, whole, under their digest."""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import ObjectDamaged, ObjectMissing
from api.objects import Objects, objects_at

pytestmark = pytest.mark.anyio
CONTENT = bytes(range(256)) * 5000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ABSENT = "0" * 64


class ObjectsContract:
    """What every store keeps to; a subclass gives `objects`."""

    async def test_bytes_come_back_by_their_digest(self, objects: Objects, tmp_path: Path) -> None:
        """From a file or from memory, equal bytes have one digest and one size."""
        source = tmp_path / "source"
        source.write_bytes(CONTENT)
        assert [DIGEST, DIGEST] == [await objects.put(source), await objects.put_bytes(CONTENT)]
        assert len(CONTENT) == await objects.size(DIGEST)
        await objects.fetch(DIGEST, tmp_path / "copy")
        assert CONTENT == (tmp_path / "copy").read_bytes()

    @pytest.mark.parametrize(
        ("start", "end"),
        [(0, None), (0, 1), (100, 200), (1_279_999, None), (5, 10**12), (1_280_000, None), (9, 9)],
    )
    async def test_a_range_is_a_slice(self, objects: Objects, start: int, end: int | None) -> None:
        """Ranges are those of Python; beyond the end there is nothing."""
        await objects.put_bytes(CONTENT)
        assert CONTENT[start:end] == b"".join(
            [piece async for piece in await objects.open(DIGEST, start, end)]
        )

    async def test_what_is_deleted_is_gone(self, objects: Objects) -> None:
        """Deleting twice is no error, and nothing else is touched."""
        await objects.put_bytes(CONTENT)
        other = await objects.put_bytes(b"other")
        await objects.delete(DIGEST)
        await objects.delete(DIGEST)
        with pytest.raises(ObjectMissing):
            await objects.open(DIGEST)
        assert 5 == await objects.size(other)

    async def test_what_was_never_kept_is_missing(self, objects: Objects, tmp_path: Path) -> None:
        """Missing is an error of its own; a name that is no digest never becomes a path."""
        with pytest.raises(ObjectMissing):
            await objects.size(ABSENT)
        for hostile in ("../../etc/passwd", ABSENT[:-1] + "/", ABSENT.upper().replace("0", "A"), ""):
            with pytest.raises(ValueError, match="64 hexadecimal"):
                await objects.size(hostile)

    async def test_a_file_of_many_parts_comes_back(self, objects: Objects, tmp_path: Path) -> None:
        """What is larger than one part of an upload is put in parts."""
        source = tmp_path / "large"
        source.write_bytes(os.urandom(12_000_000))
        digest = await objects.put(source)
        await objects.fetch(digest, tmp_path / "copy")
        assert source.read_bytes() == (tmp_path / "copy").read_bytes()


class TestLocal(ObjectsContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return objects_at(None, tmp_path / "objects")

    async def test_damage_is_told(self, objects: Objects, tmp_path: Path) -> None:
        """Bytes that changed on the disk are never handed to a tool."""
        await objects.put_bytes(CONTENT)
        (kept,) = [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
        kept.write_bytes(CONTENT[:-1] + b"!")
        with pytest.raises(ObjectDamaged):
            await objects.fetch(DIGEST, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()


class TestFolderByUrl(ObjectsContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return objects_at(f"file://{tmp_path}/by-url", tmp_path / "unused")


class TestMemory(ObjectsContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return objects_at("memory:///", tmp_path)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class TestS3(ObjectsContract):
    @pytest.fixture
    def objects(self, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
        import boto3

        access = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=endpoint, **access).create_bucket(Bucket="media")
        for name, value in {
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        return objects_at("s3://media/clips", tmp_path)


@given(st.binary(max_size=3000), st.integers(0, 3500), st.integers(0, 3500))
@settings(deadline=None, max_examples=50)
def test_any_range_of_any_bytes_is_a_slice(content: bytes, start: int, end: int) -> None:
    """The contract's law, for all small contents."""

    async def read() -> bytes:
        objects = objects_at("memory:///", Path("/unused"))
        digest = await objects.put_bytes(content)
        return b"".join([piece async for piece in await objects.open(digest, start, end)])

    assert content[start:end] == asyncio.run(read())
