"""Settings come from the environment, are checked at once, and never show a secret."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.home import open_home
from api.settings import Settings

SECRET = "postgresql://me:hush-4410@db/x"


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names have one prefix, lists are written with commas."""
    monkeypatch.setenv("FILIGRANE_PORT", "9090")
    monkeypatch.setenv("FILIGRANE_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    monkeypatch.setenv("FILIGRANE_ACCEPTED_LICENCES", "CC-BY-SA-4.0")
    settings = Settings()
    assert (9090, (ip_network("10.0.0.0/8"), ip_network("::1"))) == (settings.port, settings.trusted_proxies)
    assert ("CC-BY-SA-4.0",) == settings.accepted_licences
    assert "http://localhost:9090" == settings.address


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    """Neither repr, nor str, nor the doctor's list holds a password."""
    settings = Settings(database_url=SECRET, object_store_url="s3://key:hush-4410@bucket")
    for shown in (repr(settings), str(settings), str(settings.shown()), settings.model_dump_json()):
        assert "hush-4410" not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 70000},
        {"public_url": "ftp://x"},
        {"trusted_proxies": "everyone"},
        {"log_level": "loud"},
        {"database_app_url": SECRET},
        {"database_url": SECRET, "database_log_url": SECRET},
        {"largest_json_bytes": 0},
        {"databse_url": SECRET},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict) -> None:
    """A service with a setting that cannot be meant does not start."""
    with pytest.raises(ValidationError) as caught:
        Settings(**wrong)
    assert "hush-4410" not in str(caught.value.errors(include_input=False))


def test_a_home_is_closed_to_others_and_its_keys_are_never_overwritten(tmp_path: Path) -> None:
    """Folders are 0700 even where they were not, key files 0600."""
    (tmp_path / "home").mkdir(mode=0o755)
    home = open_home(tmp_path / "home")
    assert {0o700} == {
        path.stat().st_mode & 0o777 for path in (home.root, home.keys, home.objects, home.spool)
    }
    assert 0o600 == home.write_key("a.key", "secret").stat().st_mode & 0o777
    with pytest.raises(FileExistsError):
        home.write_key("a.key", "other")
