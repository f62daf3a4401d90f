"""What the back-ends' tests share."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.backend import Backend
from generator.backends.openai_videos import OpenAIVideosBackend
from generator.backends.torch_library import torch_ready
from generator.errors import GenerationFailed
from generator.request import Submission


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[], Path]:
    """Makes an empty folder, anew for each call."""

    def make() -> Path:
        made = tmp_path / f"work-{len(list(tmp_path.iterdir()))}"
        made.mkdir()
        return made

    return make


@pytest.fixture
def failure(folder: Callable[[], Path]) -> Callable[[Backend, Submission], GenerationFailed]:
    """Runs a back-end that must give up cleanly: `GenerationFailed`, and nothing left in the folder."""

    def check(backend: Backend, request: Submission) -> GenerationFailed:
        place = folder()
        with pytest.raises(GenerationFailed) as caught:
            backend.generate(request, place, lambda share: None, lambda frame: None)
        assert [] == list(place.iterdir())
        return caught.value

    return check


class VideoServer:
    """A real HTTP server on loopback that speaks the Videos API, as well or as badly as a test wants."""

    def __init__(self, clip: bytes) -> None:
        self.clip = clip
        self.create: tuple[int, object] = (
            200,
            {"id": "video_9", "object": "video", "status": "queued", "progress": 0},
        )
        self.states: list[tuple[str, object]] = [("in_progress", 40), ("completed", 100)]
        self.error: object = None
        self.busy: list[tuple[int, str | None]] = []
        self.busy_on = ""
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self._asked = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                owner.answer(self, "GET")

            def do_POST(self) -> None:
                owner.answer(self, "POST")

            def do_DELETE(self) -> None:
                owner.answer(self, "DELETE")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def backend(self) -> OpenAIVideosBackend:
        """A client of this server that does not really wait."""
        address = f"http://127.0.0.1:{self._server.server_port}/v1"
        return OpenAIVideosBackend(base_url=address, key="secret-key", model="m-1", wait=lambda seconds: None)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, call: BaseHTTPRequestHandler, method: str) -> None:
        body = call.rfile.read(int(call.headers.get("content-length") or 0))
        self.calls.append((method, call.path, {k.lower(): v for k, v in call.headers.items()}, body))
        status, answer, pause = 200, None, None
        if method == self.busy_on and self.busy:
            (status, pause), answer = self.busy.pop(0), {}
        elif method == "POST":
            self._asked, (status, answer) = 0, self.create
        elif method == "DELETE":
            answer = {"id": "video_9", "object": "video.deleted", "deleted": True}
        elif call.path.endswith("/content"):
            answer = self.clip
        else:
            state, share = self.states[min(self._asked, len(self.states) - 1)]
            self._asked += 1
            answer = {"id": "video_9", "status": state, "progress": share, "error": self.error}
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        call.send_response(status)
        call.send_header("content-length", str(len(data)))
        if pause is not None:
            call.send_header("retry-after", pause)
        if status == 302:
            call.send_header("location", call.path)
        call.end_headers()
        with contextlib.suppress(ConnectionError):  # a client that has had enough hangs up
            call.wfile.write(data)


@pytest.fixture
def video_server(vectors: Path):
    server = VideoServer((vectors / "good.mp4").read_bytes())
    yield server
    server.close()


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a text-to-video pipeline of sixty thousand random weights."""
    torch = torch_ready()
    from diffusers import (
        AutoencoderKLWan,
        FlowMatchEulerDiscreteScheduler,
        WanPipeline,
        WanTransformer3DModel,
    )
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, UMT5Config, UMT5EncoderModel

    torch.manual_seed(0)
    words = {word: index for index, word in enumerate(["<pad>", "</s>", "<unk>", "a", "red", "ball"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    pipeline = WanPipeline(
        tokenizer=PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
        ),
        text_encoder=UMT5EncoderModel(
            UMT5Config(
                vocab_size=32,
                d_model=32,
                d_kv=8,
                d_ff=37,
                num_layers=2,
                num_heads=4,
                relative_attention_num_buckets=8,
            )
        ).eval(),
        vae=AutoencoderKLWan(
            base_dim=3,
            z_dim=16,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
        ).eval(),
        transformer=WanTransformer3DModel(
            patch_size=(1, 2, 2),
            num_attention_heads=2,
            attention_head_dim=12,
            in_channels=16,
            out_channels=16,
            text_dim=32,
            freq_dim=256,
            ffn_dim=32,
            num_layers=2,
            cross_attn_norm=True,
            qk_norm="rms_norm_across_heads",
            rope_max_seq_len=32,
        ).eval(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
    )
    folder = tmp_path_factory.mktemp("tiny-pipeline")
    pipeline.save_pretrained(folder)
    return str(folder)
