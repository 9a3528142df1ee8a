"""Which addresses a webhook may have, and the settings that widen them."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdir.alerts.webhook_addresses import require_address
from partnerdir.errors import BadInput, BadSetting
from partnerdir.settings import load_settings
from tests.conftest import make_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBHOOK_HOSTS", "chat.example:x"),
        ("WEBHOOK_HOSTS", "https://chat.example"),
        ("WEBHOOK_HOSTS", "chat.example:99999"),
        ("WEBHOOK_CA_FILE", "/nowhere.pem"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"PARTNERDIR_{name}"):
        load_settings({f"PARTNERDIR_{name}": value, "PARTNERDIR_INSTANCE_FOLDER": str(tmp_path)})


def test_a_host_inside_may_have_the_port_that_the_setting_names(tmp_path: Path) -> None:
    hosts = dataclasses.replace(make_settings(tmp_path), webhook_hosts=" chat.example:9443, Case.example ").inside_hosts
    assert require_address("https://CHAT.example:9443/x", hosts).is_inside
    assert require_address("https://case.example", hosts).authority == "case.example"
    for url in ("https://chat.example/x", "https://case.example:9443/"):
        with pytest.raises(BadInput):
            require_address(url, hosts)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://hook.example/", "https://hook.example:"]))
def test_no_address_breaks_the_request(typed: str, before: str) -> None:
    """Whatever is typed is refused in words, or makes one request line and one header of plain letters."""
    try:
        address = require_address(before + typed, {})
    except BadInput:
        return
    for part in (address.target, address.authority):
        assert part.isascii()
        assert part.isprintable()
        assert " " not in part
