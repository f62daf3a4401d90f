from generator.backends.embedded.plan import Contact, ScenePlan, Shot


def _shot(start, end, place="sea"):
    return Shot(
        start_s=start,
        end_s=end,
        subjects=(),
        place=place,
        time="day",
        weather="clear",
        mood="calm",
        camera="drift",
    )


def _plan():
    return ScenePlan(
        duration_s=4,
        fps=24,
        width_px=320,
        height_px=180,
        seed=1,
        mood="calm",
        shots=(_shot(0, 2), _shot(2, 4, "city")),
    )


def test_shot_at_a_moment():
    """A shot begins with its start and ends before its end; after the clip's end the last one stays."""
    assert ["sea", "sea", "city", "city"] == [_plan().shot_at(at).place for at in (0, 1.99, 2, 9)]


def test_frames_counted():
    """Four seconds at 24 frames a second are 96 frames."""
    assert 96 == _plan().frame_count


def test_events_in_order():
    """Contacts are kept in order of time."""
    late, early = (Contact(at_s=at, kind="step", strength=1, pan=0, material="sand") for at in (2, 1))
    assert (early, late) == _plan().with_events((late, early)).events
