import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.backends.embedded.camera import camera_at
from generator.backends.embedded.grammar import read_prompt
from generator.backends.embedded.motion import mouth, simulate, take_of
from generator.backends.embedded.plan import MOVES, PLACES, Line, ScenePlan, Shot, Subject
from generator.backends.embedded.rigs.cast import CAST

ACTIONS = ("stand", "walk", "run", "jump", "bounce", "roll", "collide", "fall", "fly", "float", "swim", "sail", "sleep", "dance", "rise", "talk")  # fmt: skip


def _plan(*subjects, place="meadow", duration_s=4, weather="clear", width_px=1280, height_px=720):
    shot = Shot(
        start_s=0,
        end_s=duration_s,
        subjects=subjects,
        place=place,
        time="day",
        weather=weather,
        mood="calm",
        camera="drift",
    )
    return ScenePlan(
        duration_s=duration_s,
        fps=24,
        width_px=width_px,
        height_px=height_px,
        seed=4,
        shots=(shot,),
        mood="calm",
    )


def test_a_ball_falls_as_bodies_fall():
    """Before its first bounce a dropped ball has the constant acceleration of the world's gravity."""
    take = take_of(_plan(Subject(kind="ball", action="fall")), 0)
    first = min(contact.at_s for contact in take.contacts)
    heights = [take.actors[0].track(at).y for at in (first * k / 4 for k in range(1, 4))]
    step = first / 4
    assert 1900 == pytest.approx((heights[2] - 2 * heights[1] + heights[0]) / step**2, rel=0.03)


def test_a_bounce_is_heard_when_it_is_seen():
    """At every bounce the ball is at the lowest point of its path, within 40 ms."""
    take = take_of(_plan(Subject(kind="ball", action="bounce")), 0)
    track = take.actors[0].track
    bounces = [contact.at_s for contact in take.contacts if contact.kind == "bounce" and contact.at_s < 3.8]
    assert bounces
    for at in bounces:
        near = [at + k / 240 for k in range(-20, 21)]
        assert 0.04 >= abs(max(near, key=lambda t: track(t).y) - at)


def test_balls_never_share_a_place():
    """Bodies that collide do not pass through each other."""
    take = take_of(_plan(Subject(kind="ball", action="collide", count=2)), 0)
    reach = CAST["ball"].height
    one, other = (actor.track for actor in take.actors)
    gaps = [math.hypot(one(t).x - other(t).x, one(t).y - other(t).y) for t in (k / 60 for k in range(240))]
    assert min(gaps) > reach * 0.85
    assert any(contact.kind == "collision" for contact in take.contacts)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(CAST)),
    st.sampled_from(ACTIONS),
    st.sampled_from(PLACES),
    st.integers(1, 4),
    st.integers(1, 6),
)
def test_contacts_lie_within_the_clip(kind, action, place, count, duration_s):
    """Whatever is asked of whoever wherever, contacts are in order, within the clip, and in range."""
    plan = simulate(_plan(Subject(kind=kind, action=action, count=count), place=place, duration_s=duration_s))
    assert list(plan.events) == sorted(plan.events, key=lambda event: event.at_s)
    for event in plan.events:
        assert 0 <= event.at_s < duration_s
        assert 0 <= event.strength <= 1
        assert -1 <= event.pan <= 1


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(CAST)),
    st.sampled_from(ACTIONS),
    st.sampled_from(PLACES),
    st.sampled_from([(1280, 720), (720, 1280)]),
)
def test_the_leader_stays_in_sight(kind, action, place, size):
    """A single subject is on screen for the whole shot: the camera goes along with it."""
    take = take_of(
        _plan(Subject(kind=kind, action=action), place=place, width_px=size[0], height_px=size[1]), 0
    )
    for at in (0.0, 1.0, 2.0, 3.0, 3.9):
        x = take.actors[0].track(at).x - take.followed_x(at)
        assert -0.06 * take.frame.width < x < 1.06 * take.frame.width


@pytest.mark.parametrize("kind", sorted(CAST))
def test_tracks_have_no_leaps(kind):
    """Nobody jumps from one place to another between two frames."""
    take = take_of(_plan(Subject(kind=kind, action="walk")), 0)
    poses = [take.actors[0].track(k / 24) for k in range(96)]
    assert 60 > max(math.hypot(b.x - a.x, b.y - a.y) for a, b in itertools.pairwise(poses))


def test_storms_thunder():
    """A storm is heard: each flash has its thunder."""
    assert any(event.kind == "thunder" for event in simulate(_plan(weather="storm", duration_s=6)).events)


def test_mouths_move_with_the_voice():
    """A speaker's mouth is open while its line is heard, and only then, and only its own."""
    line = Line(text="bonjour", language="fr", start_s=1.0, end_s=2.0, speaker="cat")
    moving = [mouth((line,), "cat", 1 + k / 24) for k in range(1, 24)]
    assert all(0 < opening <= 1 for opening in moving)
    assert (0.0, 0.0, 0.0) == (
        mouth((line,), "cat", 0.9),
        mouth((line,), "cat", 2.0),
        mouth((line,), "dog", 1.5),
    )


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(MOVES), st.floats(0, 20), st.integers(1, 20), st.integers(0, 1000))
def test_the_camera_never_shows_an_edge(move, at_s, length_s, seed):
    """Magnification never falls below 1 and the camera never rises or sinks past what layers overscan."""
    camera = camera_at(move, min(at_s, length_s), length_s, seed=seed)
    assert 1 <= camera.zoom < 1.5
    assert abs(camera.y) < 56


def test_equal_plans_have_equal_contacts():
    """Simulating twice gives the same contacts."""
    plans = [
        simulate(read_prompt("three balls bounce, then a dog runs", duration_s=5, seed=8)) for _ in range(2)
    ]
    assert plans[0] == plans[1]


@pytest.mark.parametrize("action", ["float", "drift", "sail", "sleep"])
@pytest.mark.parametrize("width_px, height_px", [(1280, 720), (360, 640)])
def test_a_boat_lies_on_the_water(action: str, width_px: int, height_px: int):
    """Whatever slow thing it does, a boat at sea is on the water, not in the sky."""
    plan = _plan(Subject(kind="boat", action=action), place="sea", width_px=width_px, height_px=height_px)
    take = take_of(plan, 0)
    (boat,) = take.actors
    assert all(abs(boat.track(k / 4).y - take.stage.water_y) < 40 for k in range(16))


def test_a_turtle_on_land_crawls():
    """What swims in water stays on the ground where there is none: slowly, and forwards."""
    take = take_of(_plan(Subject(kind="turtle", action="walk"), place="meadow"), 0)
    (turtle,) = take.actors
    poses = [turtle.track(k / 4) for k in range(16)]
    assert all(take.stage.ground_y - 120 < pose.y < take.stage.ground_y + 60 for pose in poses)
    assert 40 < poses[-1].x - poses[0].x < 200


def test_a_bird_that_swims_is_on_the_water():
    """Ducks on a pond swim on it."""
    take = take_of(_plan(Subject(kind="bird", action="swim", count=3), place="sea"), 0)
    assert all(
        abs(actor.track(k / 4).y - take.stage.water_y) < 60 for actor in take.actors for k in range(16)
    )
