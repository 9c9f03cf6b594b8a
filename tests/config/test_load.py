"""The configuration file: what is accepted, and the sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.config import rules
from qos_exporter.config.load import load_settings, parse_settings
from qos_exporter.config.quantities import format_duration, format_size
from qos_exporter.config.render import render_settings
from qos_exporter.errors import ConfigError
from qos_exporter.listen import ListenAddress
from qos_exporter.quality.scale import IE_CEILINGS, SCALE_NAMES
from qos_exporter.settings import (
    AmiSettings,
    CallSettings,
    CaptureSettings,
    CdrSettings,
    CdrVariableSettings,
    CodecSettings,
    LogSettings,
    NetworkSettings,
    PlayoutSettings,
    QualitySettings,
    Settings,
    SipSettings,
    StreamSettings,
    WebSettings,
)

BAD_FILES = Path(__file__).parents[1] / "data" / "config"

SECTIONS = "capture, sip, streams, calls, networks, quality, ami, web, log"

MISTAKES = {
    "alias-cycle": "3: networks.all holds itself, through an alias.",
    "ami-cdr-field": (
        "4: ami[0].cdr.variables.duration is a field of its own that Asterisk does not let be "
        "changed."
    ),
    "ami-cdr-figure": (
        "4: ami[0].cdr.variables.r must be r_factor_lite, e-model, mos_lq, mos_cq, loss, jitter or "
        "rtt."
    ),
    "ami-cdr-name": "4: ami[0].cdr.variables.r) must be a name of letters, digits, - and _.",
    "ami-cdr-nothing": "4: ami[0].cdr.variables must name at least one.",
    "ami-host": "2: ami[0].host is 'pbx example', which is no host name and no address.",
    "ami-no-secret": "2: ami[0] needs either secret or secret_file.",
    "ami-twice": "1: ami names 127.0.0.1:5038 twice.",
    "ami-two-secrets": "2: ami[0] needs either secret or secret_file.",
    "ami-user": "2: ami[0].username must be printable characters on one line.",
    "boolean-not-one": "2: capture.promiscuous must be true or false.",
    "codec-impairment": (
        "3: quality.codecs.LYRA.ie must be below 95 on the wideband scale, not 95."
    ),
    "codec-incomplete": "3: quality.codecs.LYRA.bpl is missing.",
    "codec-scale": "3: quality.codecs.LYRA.scale must be narrowband, wideband or fullband.",
    "codec-twice": "2: quality.codecs names LYRA twice.",
    "doubled-key": "4: calls.linger is there twice, first on line 2.",
    "doubled-section": "3: log is there twice, first on line 1.",
    "duration-not-one": "2: streams.expiry must be a duration such as 10s, 1m30s or 250ms.",
    "duration-too-long": "2: calls.linger must be between 0s and 1h, not 90m.",
    "duration-without-unit": "2: streams.expiry needs a unit, for example 60s.",
    "foreign-tag": (
        "2: capture.filter cannot be read: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/name:os.system'."
    ),
    "impossible-date": "2: capture.filter cannot be read: day is out of range for month.",
    "interface-name": (
        "2: capture.interfaces[1] is '../eth1', which cannot be the name of an interface."
    ),
    "interface-twice": "2: capture.interfaces names eth0 twice.",
    "key-not-a-word": "2: networks has a key that is not a word.",
    "list-at-top": "1: the file must be a mapping.",
    "list-not-one": "2: capture.interfaces must be a list.",
    "listen-address-brackets": (
        "2: web.listen_address needs brackets around its IPv6 address, for example [::1]:10667."
    ),
    "listen-address-not-text": (
        "2: web.listen_address has no port; write [host]:port, for example :10667."
    ),
    "listen-address-port": (
        "2: web.listen_address has no port between 0 and 65535 behind the last colon."
    ),
    "listen-address-without-port": (
        "2: web.listen_address has no port; write [host]:port, for example :10667."
    ),
    "log-level": "2: log.level must be debug, info, warning or error.",
    "key-not-printable": rf"1: 'bad\nkey\x1b[31m' is not a setting; known here: {SECTIONS}.",
    "network-name-empty": "2: networks.'' must be 1 to 64 printable characters long.",
    "network-reserved": (
        "3: networks.other is reserved: other is every address outside the named networks."
    ),
    "networks-not-a-mapping": "1: networks must be a mapping.",
    "not-yaml": (
        "3: the file is not YAML: while parsing a flow sequence, expected ',' or ']', but got ':'."
    ),
    "number-infinite": "3: quality.codecs.LYRA.bpl must be a finite number.",
    "number-not-one": "3: quality.codecs.LYRA.ie must be a number.",
    "number-too-small": "3: quality.codecs.LYRA.bpl must be greater than 0.",
    "playout-order": (
        "2: quality.playout must have min <= nominal <= max, not 80ms, 60ms and 200ms."
    ),
    "port-out-of-range": "4: sip.ports[1] must be at most 65535.",
    "port-twice": "2: sip.ports names 5060 twice.",
    "prefix-host-bits": (
        "2: networks.office[0] is '10.1.2.3/16', which has host bits set; did you mean 10.1.0.0/16?"
    ),
    "prefix-not-one": (
        "2: networks.office[0] is '10.0.0.0/33', which is no prefix such as 10.0.0.0/8."
    ),
    "prefix-twice": "1: networks names 10.0.0.0/8 twice, as office and as carrier.",
    "quality-model": "2: quality.model must be e-model, simplified or r_factor_lite.",
    "section-not-one": "1: web must be a mapping.",
    "series-policy": "2: calls.series must be all, degraded or off.",
    "size-not-one": "2: capture.ring_bytes must be a size such as 64MiB, 512KiB or 4096.",
    "size-too-small": "2: capture.ring_bytes must be between 1MiB and 2GiB, not 4KiB.",
    "tab": (
        "2: the file is not YAML: while scanning for the next token, "
        "found character '\\t' that cannot start any token."
    ),
    "telemetry-path": "2: web.telemetry_path must be the path of a URL such as /metrics.",
    "telemetry-path-taken": (
        "2: web.telemetry_path must not be under /api, where other pages are."
    ),
    "text-not-one": "2: capture.filter must be text.",
    "two-documents": (
        "3: the file is not YAML: expected a single document in the stream, "
        "but found another document."
    ),
    "unknown-ami-key": "2: ami[0].user is not a setting; did you mean username?",
    "unknown-cdr-key": "4: ami[0].cdr.every is not a setting; known here: interval, variables.",
    "unknown-codec-key": (
        "7: quality.codecs.LYRA.clock is not a setting; known here: scale, ie, bpl."
    ),
    "unknown-key": "3: capture.ring_byte is not a setting; did you mean ring_bytes?",
    "unknown-nested-key": "3: quality.playout.maximum is not a setting; did you mean max?",
    "unknown-section": f"3: alerts is not a setting; known here: {SECTIONS}.",
    "whole-number-not-one": "2: streams.table_limit must be a whole number.",
}

EVERYTHING = """
capture:
  interfaces: [eth1, eth2.100]
  filter: udp and not port 53
  ring_bytes: 128MiB
  promiscuous: no
sip: {ports: [5060, 5080]}
streams: {table_limit: 1024, vlan_in_key: yes, expiry: 2m}
calls: {series: off, series_limit: 0, linger: 1m30s, silence_timeout: 120s}
networks:
  office: [10.1.0.0/16, "2001:DB8::/32"]
  carrier: []
quality:
  model: simplified
  window: 5s
  plc: false
  playout: {mode: fixed, nominal: 0.08s, min: 0s, max: 250ms}
  codecs: {lyra: {scale: wideband, ie: 10, bpl: 12.5}}
web: {listen_address: "[::1]:9999", telemetry_path: /voip/metrics}
log: {level: debug, format: json}
"""

SECOND_NS = 10**9


@pytest.mark.parametrize("case", MISTAKES)
def test_one_mistake_is_one_sentence_with_its_line_and_key(case: str) -> None:
    """A file with one mistake is refused with exactly one sentence that says where and what."""
    path = BAD_FILES / f"{case}.yml"
    with pytest.raises(ConfigError) as refused:
        load_settings(path)
    assert str(refused.value) == f"{path}:{MISTAKES[case]}"


def test_the_ceilings_are_those_of_the_scores() -> None:
    """What the check of a file lets pass, the models can work with."""
    assert dict(zip(SCALE_NAMES, IE_CEILINGS.tolist(), strict=True)) == rules.IE_CEILINGS


def test_every_bad_file_has_its_sentence() -> None:
    """No file of mistakes lies there unused."""
    names = {path.stem for path in BAD_FILES.glob("*.yml")}
    assert names - {"many", "not-utf8"} == MISTAKES.keys()


def test_all_mistakes_of_a_file_are_reported_in_order_of_lines() -> None:
    """Whoever mends a file sees everything at once, from top to bottom."""
    path = BAD_FILES / "many.yml"
    with pytest.raises(ConfigError) as refused:
        load_settings(path)
    known = "interfaces, filter, ring_bytes, promiscuous"
    assert str(refused.value).splitlines() == [
        f"{path}:2: capture.ring_bytes must be between 1MiB and 2GiB, not 0B.",
        f"{path}:3: capture.speed is not a setting; known here: {known}.",
        f"{path}:5: sip.ports[0] must be at least 1.",
        f"{path}:7: calls.linger needs a unit, for example 5s.",
        f"{path}:8: calls.linger is there twice, first on line 7.",
    ]


def test_a_file_without_a_bottom_is_refused() -> None:
    """Brackets in brackets, deeper than can be read, end neither a check nor a service."""
    with pytest.raises(ConfigError) as refused:
        parse_settings("calls: " + 5000 * "[", name="deep.yml")
    assert str(refused.value) == "deep.yml:1: the file is nested too deeply."


@pytest.mark.parametrize("value", ["!!bool 3", "!!int ''", "!!float ''", "!!timestamp now"])
def test_a_value_that_does_not_fit_its_tag_is_refused(value: str) -> None:
    """YAML lets a file say of what type a value is; it may be wrong about it."""
    with pytest.raises(ConfigError) as refused:
        parse_settings(f"capture:\n  filter: {value}\n", name="tags.yml")
    tag = value.split(maxsplit=1)[0].removeprefix("!!")
    assert str(refused.value) == f"tags.yml:2: capture.filter cannot be read as {tag}."


def test_a_file_that_is_not_text_is_refused() -> None:
    """Bytes that are not UTF-8 are named with their position."""
    path = BAD_FILES / "not-utf8.yml"
    with pytest.raises(ConfigError) as refused:
        load_settings(path)
    # "capture:\n" is 9 bytes, '  filter: "' another 11.
    assert str(refused.value) == f"{path}: is not UTF-8, from byte 20 on."


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("absent.yml", "No such file or directory", id="absent"),
        pytest.param(".", "Is a directory", id="directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    """The operating system's reason is passed on."""
    path = tmp_path / name
    with pytest.raises(ConfigError) as refused:
        load_settings(path)
    assert str(refused.value) == f"{path}: cannot be read: {reason}."


def test_every_setting_can_be_set() -> None:
    """Each key of the file arrives in its setting, in the unit of the setting."""
    assert parse_settings(EVERYTHING, name="qos.yml") == Settings(
        capture=CaptureSettings(
            interfaces=("eth1", "eth2.100"),
            filter="udp and not port 53",
            ring_bytes=134_217_728,
            promiscuous=False,
        ),
        sip=SipSettings(ports=(5060, 5080)),
        streams=StreamSettings(table_limit=1024, vlan_in_key=True, expiry_ns=120 * SECOND_NS),
        calls=CallSettings(
            series="off",
            series_limit=0,
            linger_ns=90 * SECOND_NS,
            silence_timeout_ns=120 * SECOND_NS,
        ),
        networks=(
            NetworkSettings(name="office", prefixes=("10.1.0.0/16", "2001:db8::/32")),
            NetworkSettings(name="carrier", prefixes=()),
        ),
        quality=QualitySettings(
            model="simplified",
            window_ns=5 * SECOND_NS,
            plc=False,
            playout=PlayoutSettings(
                mode="fixed", nominal_ns=80_000_000, min_ns=0, max_ns=250_000_000
            ),
            codecs=(CodecSettings(name="LYRA", scale="wideband", ie=10.0, bpl=12.5),),
        ),
        web=WebSettings(listen_address=ListenAddress("::1", 9999), telemetry_path="/voip/metrics"),
        log=LogSettings(level="debug", format="json"),
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty file"),
        pytest.param("# nothing yet\n", id="comment only"),
        pytest.param("---\n{}\n", id="empty mapping"),
        pytest.param("capture:\nnetworks:\nquality:\n  playout:\n  codecs:\n", id="empty sections"),
    ],
)
def test_what_is_not_set_has_its_default(text: str) -> None:
    """A file that says nothing changes nothing."""
    assert parse_settings(text, name="qos.yml") == Settings()


@pytest.mark.parametrize(
    "text", [pytest.param("", id="defaults"), pytest.param(EVERYTHING, id="everything set")]
)
def test_printed_settings_read_back_the_same(text: str) -> None:
    """What check-config prints is a configuration file of the same meaning."""
    settings = parse_settings(text, name="qos.yml")
    assert parse_settings(render_settings(settings), name="printed") == settings


AMI = """
ami:
  - username: monitor
    secret: hush
  - host: 2001:db8::5
    port: 5039
    username: reader
    secret_file: /etc/qos/secret
    auth: plain
    tls: true
    tls_ca_file: /etc/qos/ca.pem
    tls_verify: false
    cdr:
      interval: 30s
      variables: {r-factor: e-model, mos: mos_lq}
"""


def test_asterisk_servers() -> None:
    """Servers are a list, of which all but user and secret has a default."""
    settings = parse_settings(AMI, name="qos.yml")
    assert settings.ami == (
        AmiSettings(username="monitor", secret="hush"),  # noqa: S106 -- of nobody
        AmiSettings(
            host="2001:db8::5",
            port=5039,
            username="reader",
            secret_file="/etc/qos/secret",  # noqa: S106 -- a path
            auth="plain",
            tls=True,
            tls_ca_file="/etc/qos/ca.pem",
            tls_verify=False,
            cdr=CdrSettings(
                interval_ns=30 * SECOND_NS,
                variables=(
                    CdrVariableSettings(name="r-factor", figure="e-model"),
                    CdrVariableSettings(name="mos", figure="mos_lq"),
                ),
            ),
        ),
    )
    assert [server.name for server in settings.ami] == ["127.0.0.1:5038", "[2001:db8::5]:5039"]


def test_secrets_are_not_printed() -> None:
    """What check-config prints can be shown to others."""
    printed = render_settings(parse_settings(AMI, name="qos.yml"))
    assert "hush" not in printed
    assert "secret: <secret>" in printed


@pytest.mark.parametrize("cdr", ["cdr: {}", "cdr:"])
def test_cdr_without_more(cdr: str) -> None:
    """The key alone is enough: the R-factor, every ten seconds."""
    text = f"ami:\n  - username: monitor\n    secret_file: /etc/secret\n    {cdr}\n"
    settings = parse_settings(text, name="qos.yml")
    (server,) = settings.ami
    assert server.cdr == CdrSettings(
        interval_ns=10 * SECOND_NS,
        variables=(CdrVariableSettings(name="r-factor", figure="r_factor_lite"),),
    )
    assert parse_settings(render_settings(settings), name="printed") == settings


@pytest.mark.parametrize("text", ["ami:\n", "ami: []\n"])
def test_no_asterisk_servers(text: str) -> None:
    """An empty list is none."""
    assert parse_settings(text, name="qos.yml") == Settings()


def test_a_date_is_taken_as_the_text_it_was_written_as() -> None:
    """YAML reads 2026-11-21 as a date, but whoever names a network so means the words."""
    settings = parse_settings("capture: {filter: 2026-11-21}", name="qos.yml")
    assert settings.capture.filter == "2026-11-21"


@given(st.text())
def test_any_text_gives_settings_or_sentences(text: str) -> None:
    """Whatever stands in the file, the answer is settings or lines that start with the file."""
    try:
        parse_settings(text, name="qos.yml")
    except ConfigError as error:
        for line in str(error).splitlines():
            assert line.startswith("qos.yml:")


@given(st.integers(min_value=0, max_value=3_600_000_000_000))
def test_any_linger_in_range_survives_printing(linger_ns: int) -> None:
    """Durations print without rounding."""
    text = f"calls: {{linger: {format_duration(linger_ns)}}}"
    assert parse_settings(text, name="qos.yml").calls.linger_ns == linger_ns


@given(st.integers(min_value=1 << 20, max_value=1 << 31))
def test_any_ring_size_in_range_survives_printing(ring_bytes: int) -> None:
    """Sizes print without rounding."""
    text = f"capture: {{ring_bytes: {format_size(ring_bytes)}}}"
    assert parse_settings(text, name="qos.yml").capture.ring_bytes == ring_bytes
