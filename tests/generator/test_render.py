import dataclasses
import functools
import itertools
import subprocess
import sys

import cv2
import numpy as np
import pytest

from generator.backends.embedded.colour import NAMED, ink, mix, rgb
from generator.backends.embedded.contact_sheet import PROMPTS, contact_sheet
from generator.backends.embedded.film_set import FilmSet
from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.light import light_in
from generator.backends.embedded.motion import simulate
from generator.backends.embedded.plan import MOODS, PLACES, TIMES, WEATHERS, ScenePlan, Shot, Subject
from generator.backends.embedded.render import render_range
from generator.backends.embedded.rigs.cast import CAST
from generator.errors import InvalidMedia

SQUARE = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 36 36'><rect width='36' height='36' fill='#f0f'/></svg>"


def _read(prompt, duration_s=1, seed=3, **more):
    return simulate(
        read_prompt(prompt, duration_s=duration_s, width_px=320, height_px=180, seed=seed, **more)
    )


def _plan(*subjects, place="meadow", time="day", weather="clear", width_px=160, height_px=90):
    shot = Shot(
        start_s=0,
        end_s=1,
        subjects=subjects,
        place=place,
        time=time,
        weather=weather,
        mood="calm",
        camera="drift",
    )
    return ScenePlan(
        duration_s=1, fps=24, width_px=width_px, height_px=height_px, seed=4, shots=(shot,), mood="calm"
    )


def _frame(plan, number=0, **more):
    return next(render_range(plan, number, number + 1, **more))


def _soft(frame):
    """The picture without its grain."""
    return cv2.GaussianBlur(frame, (0, 0), 3).astype(float)


@pytest.mark.parametrize(
    "prompt", ["a fox runs in the forest", "un bateau sur la mer, orage", "a tram in the rain, night"]
)
def test_equal_plans_equal_frames(prompt):
    """The same plan gives the same frames, whatever was drawn before and in whatever order."""
    forwards = list(render_range(_read(prompt), 4, 7))
    backwards = [_frame(_read(prompt), number) for number in (6, 5, 4)]
    assert all(np.array_equal(a, b) for a, b in zip(forwards, reversed(backwards), strict=True))


def test_another_seed_another_picture():
    """The seed changes more than the grain."""
    one, other = (_soft(_frame(_read("a fox in the forest at dawn", seed=seed))) for seed in (1, 2))
    assert 3 < np.abs(one - other).mean()


@pytest.mark.parametrize("place", PLACES)
def test_places_have_depth_and_life(place):
    """Every place has three or more depths, is never blank, and has moved within a second."""
    plan = _plan(place=place)
    assert 3 <= len(FilmSet(plan, 0, None).scene.depths)
    first, last = _frame(plan, 0), _frame(plan, 23)
    assert min(first.std(), last.std()) > 8
    assert 0.25 < np.abs(_soft(first) - _soft(last)).mean()


def test_near_layers_pass_faster():
    """When the camera travels, the foreground crosses the frame faster than the far hills."""
    travelling = dataclasses.replace(_plan(width_px=320, height_px=180).shots[0], camera="pan_right", end_s=4)
    plan = dataclasses.replace(_plan(width_px=320, height_px=180), duration_s=4, shots=(travelling,))
    one, other = (cv2.cvtColor(_frame(plan, number), cv2.COLOR_RGB2GRAY) for number in (40, 46))
    flow = cv2.calcOpticalFlowFarneback(one, other, None, 0.5, 3, 21, 3, 7, 1.5, 0)[..., 0]
    far, near = np.median(flow[84:100]), np.median(flow[140:170])
    assert near < far - 0.5


@functools.cache
def _empty_room():
    return _soft(_frame(_plan(place="room")))


@pytest.mark.parametrize("kind", sorted(CAST))
def test_everybody_is_seen(kind):
    """Each of the cast changes the picture of its place, and moves in it."""
    with_it = [
        _soft(_frame(_plan(Subject(kind=kind, action="stand"), place="room"), number)) for number in (0, 20)
    ]
    assert 25 < np.abs(with_it[0] - _empty_room()).max()
    assert 4 < np.abs(with_it[0] - with_it[1]).max()


def test_colours_asked_for_are_painted():
    """A red balloon is redder than a blue one where the balloon is."""
    red, blue = (
        _soft(_frame(_plan(Subject(kind="balloon", colour=colour, action="fly"))))
        for colour in ("red", "blue")
    )
    there = np.abs(red - blue).max(axis=2) > 30
    assert there.sum() > 100
    assert red[there][:, 0].mean() > blue[there][:, 0].mean() + 20


def test_hours_differ_in_light():
    """Night is darker than day in every place under the sky, and the weather takes light away too."""
    for place in ("sea", "desert", "snowfield", "city"):
        night, day = (_frame(_plan(place=place, time=time)).mean() for time in ("night", "day"))
        assert night < 0.75 * day
    assert _frame(_plan(weather="storm")).mean() < _frame(_plan()).mean()


def test_every_light_is_a_colour():
    """All hours, weathers, moods and places give colours within range."""
    for place, time, weather, mood in (
        (p, t, w, m) for p in PLACES for t in TIMES for w in WEATHERS for m in MOODS
    ):
        light = light_in(place, time, weather, mood)
        for hue in (*light.sky, light.haze, light.ambient, light.on_subject, light.sun):
            assert all(0 <= part <= 1 for part in hue)


@pytest.mark.parametrize("size", [(180, 320), (320, 180), (240, 240), (426, 240)])
def test_any_size(size):
    """Frames have the size asked for, upright or wide."""
    plan = read_prompt("a fox in the forest", duration_s=1, width_px=size[0], height_px=size[1])
    assert (size[1], size[0], 3) == _frame(plan).shape


def test_drawings_are_shown(tmp_path):
    """A borrowed drawing appears in its own colours where there is one, a stand-in where there is none."""
    (tmp_path / "1f984.svg").write_text(SQUARE)
    plan = _plan(Subject(kind="drawing:1f984", action="stand"))
    shown, missing = (_soft(_frame(plan, drawings=folder)) for folder in (tmp_path, None))
    magenta = (shown[..., 0] > 120) & (shown[..., 2] > 120) & (shown[..., 1] < 110)
    assert 200 < magenta.sum()
    assert 200 < (np.abs(shown - missing).max(axis=2) > 30).sum()


def test_a_given_picture_moves(tmp_path):
    """A reference picture fills the first frame and then moves, near parts more than far ones."""
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (200, 360, 3), np.uint8), (0, 0), 18)
    picture = cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX)
    path = tmp_path / "given.png"
    cv2.imwrite(str(path), picture)
    plan = _read("zoom in", duration_s=2)
    first, last = (_frame(plan, number, references=(path,)) for number in (0, 40))
    given = cv2.cvtColor(cv2.resize(picture, (320, 180)), cv2.COLOR_BGR2RGB)
    assert 0.5 < np.corrcoef(_soft(first).ravel(), _soft(given).ravel())[0, 1]
    assert 1 < np.abs(_soft(first) - _soft(last)).mean()


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_hostile_pictures_are_refused(tmp_path, content):
    """What is no picture is refused with a typed error."""
    path = tmp_path / "given.png"
    path.write_bytes(content)
    with pytest.raises(InvalidMedia):
        _frame(_read("zoom in"), references=(path,))


def test_contact_sheet_shows_eight_frames():
    """A contact sheet holds eight frames side by side with gaps."""
    plan = read_prompt(PROMPTS["fox"], duration_s=2, width_px=64, height_px=36)
    assert (2 * 42 + 6, 4 * 70 + 6, 3) == contact_sheet(plan).shape


def test_colours_mix_and_pack():
    """Halfway between black and white is grey, and every named colour is one."""
    assert 0xFF808080 == ink(mix((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.502))
    assert all(all(0 <= part <= 1 for part in rgb(code)) for code in NAMED.values())


def test_lightning_never_flickers():
    """A strike brightens the sky once and lets it go: at most one flash a second, as photosensitive eyes need."""
    plan = dataclasses.replace(
        _read("a storm over the sea at night", duration_s=6), width_px=64, height_px=36
    )
    light = [frame.mean() for frame in render_range(plan, 0, plan.frame_count)]
    rises = [k for k in range(1, len(light) - 1) if light[k] - light[k - 1] > 6 and light[k + 1] <= light[k]]
    assert rises
    assert all(later - earlier >= plan.fps for earlier, later in itertools.pairwise(rises))


def test_a_missing_library_is_explained():
    """Without its drawing library the engine can be imported; asked to draw, it says what to install."""
    program = (
        "import sys; sys.modules['skia'] = None\n"
        "from generator.backends.embedded.grammar import read_prompt\n"
        "from generator.backends.embedded.render import frames\n"
        "from generator.errors import GenerationFailed\n"
        "try: next(frames(read_prompt('a fox', duration_s=1)))\n"
        "except GenerationFailed as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "libegl1" in told
