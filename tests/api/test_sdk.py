"""The official `openai` SDK works unchanged, every answer valid by its own types, every refusal typed."""

from __future__ import annotations

import base64
import io

import numpy as np
import openai
import pytest
from openai import AsyncOpenAI
from PIL import Image

from api.registry import DatabaseRegistry
from api.verification import Verification
from policies.finding import Finding
from safety.provenance.examine import Examiner

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning"),
]


@pytest.fixture
def picture_url() -> str:
    """A small picture, as a data URL."""
    pixels = np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


async def sdk(creating, role: str = "creator", *, is_strict: bool = True) -> AsyncOpenAI:
    """The SDK with a new account's key; strict, it refuses an answer that its types do not allow."""
    key = await creating.key(role)
    return AsyncOpenAI(
        api_key=key,
        base_url="https://filigrane.test/v1",
        http_client=creating.speaking(),
        max_retries=2,
        _strict_response_validation=is_strict,
    )


async def test_a_clip_by_the_sdk(creating, studio, tmp_path) -> None:
    """create, list, retrieve, download and remix are read by the SDK's own types, then the clip is deleted."""
    client = await sdk(creating)
    made = await client.videos.create(prompt="a fox", seconds="4", size="720x1280")
    assert ("queued", "720x1280", "4") == (made.status, made.size, made.seconds)
    assert [made.id] == [one.id async for one in client.videos.list(limit=1)]
    held = (await client.videos.retrieve(made.id)).model_extra
    assert ("generating", "private") == (held["stage"], held["visibility"])
    await studio.through(made.id)
    content = await client.videos.download_content(made.id)
    content.write_to_file(tmp_path / "clip.mp4")
    assert b"ftyp" == (tmp_path / "clip.mp4").read_bytes()[4:8]
    thumbnail = await client.videos.download_content(made.id, variant="thumbnail")
    assert "image/jpeg" == thumbnail.response.headers["content-type"]
    remix = await client.videos.remix(made.id, prompt="at night")
    assert made.id == remix.remixed_from_video_id
    gone = await client.videos.delete(made.id)
    assert (made.id, True) == (gone.id, gone.deleted)
    with pytest.raises(openai.NotFoundError):
        await client.videos.retrieve(made.id)


async def test_refusals_are_typed(creating, studio) -> None:
    """Each kind of refusal is the SDK's own exception with our code, and what cannot help is not repeated."""
    client, reviewer = await sdk(creating), await sdk(creating, "reviewer")
    with pytest.raises(openai.BadRequestError) as refused:
        await client.videos.create(prompt="a zorg")
    assert ("prompt_blocked", "invalid_request_error") == (refused.value.code, refused.value.type)
    assert refused.value.body["message"]
    with pytest.raises(openai.UnprocessableEntityError) as invalid:
        await client.videos.create(prompt="a fox", size="1x1")
    assert ("invalid", "size") == (invalid.value.code, invalid.value.param)
    with pytest.raises(openai.PermissionDeniedError) as denied:
        await reviewer.videos.create(prompt="a fox")
    assert "missing_scope" == denied.value.code
    with pytest.raises(openai.AuthenticationError):
        await AsyncOpenAI(
            api_key="none", base_url="https://filigrane.test/v1", http_client=creating.speaking()
        ).videos.list()
    made = await client.videos.create(prompt="a fox", size="720x1280")
    with pytest.raises(openai.ConflictError) as early:
        await client.videos.download_content(made.id)
    assert "conflict" == early.value.code


async def test_what_is_not_built_says_so_once(creating, monkeypatch) -> None:
    """Edits and extensions are 501, which the SDK raises as a server's error without trying again."""
    client = await sdk(creating)
    asked = []
    sent = client._client.send

    async def counted(request, **options):
        asked.append(request.url.path)
        return await sent(request, **options)

    monkeypatch.setattr(client._client, "send", counted)
    video = ("clip.mp4", b"a clip", "video/mp4")
    with pytest.raises(openai.InternalServerError) as edit:
        await client.videos.edit(prompt="a fox", video=video)
    with pytest.raises(openai.InternalServerError):
        await client.videos.extend(prompt="a fox", seconds="4", video=video)
    assert (501, "not_implemented") == (edit.value.status_code, edit.value.code)
    assert ["/v1/videos/edits", "/v1/videos/extensions"] == asked


async def test_nobody_is_enrolled_by_a_video(creating, studio, clip) -> None:
    """A character is denied whatever is sent, and nothing of it stays; none is told of; other roles are refused."""
    client, reviewer = await sdk(creating), await sdk(creating, "reviewer")
    for name, video in (("Ada", clip.read_bytes()), ("Ada", b""), ("", b"no clip")):
        with pytest.raises(openai.BadRequestError) as denied:
            await client.videos.create_character(name=name, video=("ada.mp4", video, "video/mp4"))
        assert "likeness_permission_denied" == denied.value.code
    assert [] == list(creating.parts.home.spool.iterdir())
    with pytest.raises(openai.NotFoundError):
        await client.videos.get_character("cameo_" + "0" * 32)
    with pytest.raises(openai.PermissionDeniedError):
        await reviewer.videos.create_character(name="Ada", video=b"x")
    with pytest.raises(openai.PermissionDeniedError):
        await reviewer.videos.get_character("cameo_" + "0" * 32)


async def test_a_likeness_is_denied_with_one_answer(creating, studio, monkeypatch) -> None:
    """Whatever likeness is asked for, alone or among others: one code, one message, and the same look-up."""
    looked_up = []

    class Listening:
        def live(self, cameo_ids, creator_id, territory):
            looked_up.append(len(frozenset(cameo_ids)))
            return frozenset()

    object.__setattr__(studio.desk, "grants", Listening())
    client = await sdk(creating)
    told = set()
    for cameo in ("cameo_" + "0" * 32, "cameo_" + "f" * 32, "nobody", "../etc"):
        with pytest.raises(openai.BadRequestError) as denied:
            await client.videos.create(prompt="a fox", extra_body={"characters": [{"id": cameo}]})
        reasons = denied.value.response.json()["reasons"]
        told.add((denied.value.code, denied.value.body["message"], reasons[0]["rule"], reasons[0]["why"]))
    assert 1 == len(told)
    assert "likeness_permission_denied" == next(iter(told))[0]
    assert [1, 1, 1, 1] == looked_up


async def test_moderations_by_the_sdk(creating, studio, picture_url) -> None:
    """A text, a list, and text with a picture: valid by the SDK's types, whatever was looked for where."""
    client = await sdk(creating)
    one = await client.moderations.create(input="a zorg")
    assert (True, True) == (one.results[0].flagged, one.results[0].categories.hate)
    many = await client.moderations.create(input=["a fox", "a zorg"])
    assert [False, True] == [result.flagged for result in many.results]
    studio.eye.findings = (Finding(category="sexual.explicit", score=0.99, why="seen"),)
    parts = [{"type": "text", "text": "a fox"}, {"type": "image_url", "image_url": {"url": picture_url}}]
    (pictured,) = (await client.moderations.create(input=parts, model="omni-moderation-latest")).results
    assert (True, ["text", "image"]) == (
        pictured.categories.sexual,
        pictured.category_applied_input_types.sexual,
    )
    with pytest.raises(openai.UnprocessableEntityError) as wrong:
        await client.moderations.create(input=[])
    assert "input" == wrong.value.param


async def test_models_by_the_sdk(creating) -> None:
    """Listed and retrieved by name; an unknown one is not found."""
    client = await sdk(creating)
    assert ["given"] == [model.id async for model in client.models.list()]
    assert "given" == (await client.models.retrieve("given")).id
    with pytest.raises(openai.NotFoundError) as unknown:
        await client.models.retrieve("sora-2")
    assert "not_found" == unknown.value.code


async def test_provenance_checks_by_the_sdk(creating, studio) -> None:
    """A released clip bears both layers; the SDK reads the manifest's by its type, ours beside it."""
    issuer = studio.bench.issuer
    registry = DatabaseRegistry(studio.desk.pool, studio.desk.objects, issuer.keys)
    examiner = Examiner(keys=issuer.keys, trust=issuer.trust)
    creating.parts.wired[Verification] = Verification(registry=registry, examiner=examiner)
    row = await studio.through((await studio.submit()).video_id)
    path = studio.desk.home.spool / "released.mp4"
    await studio.desk.objects.fetch(row.marked_digest, path)
    client = await sdk(creating, is_strict=False)  # its types know one kind of watermark, which is not ours
    check = await client.content_provenance_checks.create(file=("c.mp4", path.read_bytes(), "video/mp4"))
    assert "content_provenance_check" == check.object
    manifest, mark = check.results
    assert ("c2pa", "detected", "trusted") == (manifest.type, manifest.outcome, manifest.validation_state)
    assert ("watermark", "detected") == (mark.type, mark.outcome)
    none = await client.content_provenance_checks.create(file=("c.txt", b"no media", "text/plain"))
    assert ["not_detected", "not_detected"] == [result.outcome for result in none.results]
