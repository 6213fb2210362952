"""The server as it is started: on this machine only, and silent towards the internet."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import psutil
import pytest
from click.testing import CliRunner
from streamlit import net_util
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from workforce_sim.app.serve import HERE, OPTIONS
from workforce_sim.cli import main


def test_nobody_looks_up_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The private name that Streamlit keeps its public address under is still there: set, no look-up is made."""
    monkeypatch.setattr(net_util, "_external_ip", HERE)
    monkeypatch.setattr(socket, "getaddrinfo", None)
    monkeypatch.setattr(socket.socket, "connect", None)
    assert net_util.get_external_ip() == HERE
    assert OPTIONS["browser_gatherUsageStats"] is False


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["nowhere.yaml"], "scenario file that can be read"), (["--port", "70000"], "not in the range")],
)
def test_what_cannot_be_served_is_told(arguments: list[str], told: str) -> None:
    """A missing file or an impossible port ends with a message and exit code 2."""
    result = CliRunner().invoke(main, ["app", *arguments])
    assert result.exit_code == 2
    assert told in result.output


@pytest.mark.slow
def test_only_this_machine_is_answered(server: str) -> None:
    """It listens on the loopback address alone, and refuses other host names and pages from elsewhere."""
    address = urlsplit(server)
    assert {
        c.laddr.ip for c in psutil.net_connections("tcp") if c.laddr.port == address.port and c.status == "LISTEN"
    } == {HERE}
    with urllib.request.urlopen(server) as answer:  # noqa: S310  our own server
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(urllib.request.Request(server, headers={"Host": "evil.example"}))  # noqa: S310
    for origin, host in (("http://evil.example", None), (None, {"Host": f"evil.example:{address.port}"})):
        with pytest.raises(InvalidStatus):
            connect(f"{server.replace('http', 'ws')}_stcore/stream", origin=origin, additional_headers=host)
