"""Webhooks go to the open internet alone, to the address that was looked up."""

from ipaddress import ip_address

import pytest

from query_api.adapters.webhook_targets import is_open, target_of
from query_api.ports.schedules import NotDelivered

OURS = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.8",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:10.0.0.8",
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a00:8",
]


@pytest.mark.parametrize("address", OURS)
def test_addresses_of_our_own_network_are_not_open(address: str) -> None:
    assert not is_open(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_open(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://[::ffff:169.254.169.254]/latest/meta-data",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "https:///nobody",
        "https://93.184.216.34:99999/",
        "https://no-such-host.invalid/",
    ],
)
async def test_such_a_webhook_is_not_called(url: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        await target_of(url, private=False)
    assert "127" not in str(refused.value), "what a name means inside is nobody's business"


async def test_the_address_found_is_the_one_that_is_called() -> None:
    target = await target_of("https://93.184.216.34/hook?x=1", private=False)
    assert (target.url, target.host) == ("https://93.184.216.34:443/hook?x=1", "93.184.216.34")
    ours = await target_of("http://localhost:8123/hook", private=True)
    assert ours.url in ("http://127.0.0.1:8123/hook", "http://[::1]:8123/hook")
    assert (ours.host, ours.name) == ("localhost:8123", "localhost")
