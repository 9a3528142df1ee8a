"""Settings are read from what the operator says, and a wrong one is named."""

from pathlib import Path

import pytest

from partnerdir.errors import BadSetting
from partnerdir.settings import SECRETS_FILE, SETTINGS, load_settings


def test_every_setting_has_its_default_where_nothing_is_said(tmp_path: Path) -> None:
    settings = load_settings({"PARTNERDIR_INSTANCE_FOLDER": str(tmp_path)})
    assert settings.page_size == 20
    assert settings.secret_key is None
    assert settings.threshold_days == (180, 90, 60, 30, 14, 7, 1, 0)


def test_the_secrets_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / SECRETS_FILE).write_text(f"PARTNERDIR_SECRET_KEY={'a' * 40}\nPARTNERDIR_PASSWORD_SALT=from the file\n")
    settings = load_settings({"PARTNERDIR_INSTANCE_FOLDER": str(tmp_path), "PARTNERDIR_PASSWORD_SALT": "from outside"})
    assert settings.secret_key == "a" * 40
    assert settings.password_salt == "from outside"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGE_SIZE", "many"),
        ("SECURE_COOKIES", "perhaps"),
        ("SECRET_KEY", "short"),
        ("SMTP_SECURITY", "hope"),
        ("THRESHOLDS", "90,soon"),
        ("THRESHOLDS", "-1"),
        ("SCAN_EVERY_MINUTES", "0"),
        ("SCAN_EVERY_MINUTES", "1600"),
        ("HEARTBEAT_URL", "file:///etc/passwd"),
        ("PAGE_SIEZ", "20"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=f"PARTNERDIR_{name}"):
        load_settings({"PARTNERDIR_INSTANCE_FOLDER": str(tmp_path), f"PARTNERDIR_{name}": value})


def test_secrets_have_no_default_and_are_asked_for_by_name(tmp_path: Path) -> None:
    assert all(s.default is None for s in SETTINGS if any(word in s.name for word in ("SECRET", "SALT", "KEY", "PASSWORD")))
    with pytest.raises(BadSetting, match="PARTNERDIR_SECRET_KEY"):
        load_settings({"PARTNERDIR_INSTANCE_FOLDER": str(tmp_path)}).require_secrets()
