"""The bench of the marks."""

from safety.provenance.bench import measure


def test_every_figure_is_measured(make_clip, drawn) -> None:
    """Writing, reading and decoding each take some time, and none of it is made up."""
    speed = measure(make_clip(drawn, 320, 180, 1.0, with_sound=True))
    figures = (
        speed.write_picture_s,
        speed.write_sound_s,
        speed.decode_s,
        speed.read_s,
        speed.times_real_time,
    )
    assert all(figure > 0 for figure in figures)
    assert 1.0 == round(speed.duration_s, 1)
