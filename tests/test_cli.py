"""The command line: what is asked of the application, and how mistakes end."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from qos_exporter import app, cli
from qos_exporter.capture import bpf
from qos_exporter.errors import CaptureError
from qos_exporter.listen import ListenAddress
from qos_exporter.options import AnalyzeOptions, Overrides, ReplayOptions, ServeOptions
from qos_exporter.settings import (
    CaptureSettings,
    LogSettings,
    Settings,
    SipSettings,
    WebSettings,
)

ANALYZE_LOG = LogSettings(level="warning")
"""analyze talks on stdout, so its log starts at warnings."""


@dataclass
class Application:
    """Stands in for the real application, and notes what it was asked for."""

    serving: list[ServeOptions] = field(default_factory=list)
    analyzing: list[AnalyzeOptions] = field(default_factory=list)
    code: int = 0
    error: BaseException | None = None

    def serve(
        self,
        options: ServeOptions,
        *,
        announce: Callable[[ListenAddress], None] | None = None,
    ) -> int:
        self.serving.append(options)
        if announce is not None:
            announce(ListenAddress("", 9999))
        return self._end()

    def analyze(self, options: AnalyzeOptions) -> int:
        self.analyzing.append(options)
        return self._end()

    def _end(self) -> int:
        if self.error:
            raise self.error
        return self.code


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """Put the stand-in in the place of the application; undo what the commands do to the log."""
    fake = Application()
    monkeypatch.setattr(app, "serve", fake.serve)
    monkeypatch.setattr(app, "analyze", fake.analyze)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield fake
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file."""
    path = tmp_path / "qos.yml"
    path.write_text("sip: {ports: [5080]}\nlog: {level: error}\n")
    return path


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param([], id="nothing"),
        pytest.param(["serve"], id="the command alone"),
    ],
)
def test_serving_is_what_happens_without_a_command(
    application: Application, argv: list[str]
) -> None:
    """`qos-exporter` alone serves with all defaults."""
    assert cli.run(argv) == 0
    assert application.serving == [ServeOptions(settings=Settings())]


def test_flags_alone_belong_to_serve(application: Application, config: Path) -> None:
    """A service file needs no command: flags arrive in the options of serve."""
    argv = [
        "--interface=eth1",
        "--interface=eth2",
        f"--config.file={config}",
        "--web.listen-address=[::1]:80",
        "--web.telemetry-path=/m",
        "--log.level=debug",
        "--log.format=json",
    ]
    overrides = Overrides(
        interfaces=("eth1", "eth2"),
        listen_address=ListenAddress("::1", 80),
        telemetry_path="/m",
        log_level="debug",
        log_format="json",
    )
    assert cli.run(argv) == 0
    assert application.serving == [
        ServeOptions(
            settings=Settings(
                capture=CaptureSettings(interfaces=("eth1", "eth2")),
                sip=SipSettings(ports=(5080,)),
                web=WebSettings(listen_address=ListenAddress("::1", 80), telemetry_path="/m"),
                log=LogSettings(level="debug", format="json"),
            ),
            config_path=config,
            overrides=overrides,
        )
    ]


def test_an_interface_that_is_named_twice(application: Application) -> None:
    """It is listened on once, as its frames would count twice."""
    assert cli.run(["--interface=eth1", "--interface=eth2", "--interface=eth1"]) == 0
    assert application.serving[0].settings.capture.interfaces == ("eth1", "eth2")


@pytest.mark.parametrize(
    ("flags", "replay"),
    [
        pytest.param([], ReplayOptions(path=Path("x.pcap")), id="real time"),
        pytest.param(
            ["--replay.speed=0", "--replay.exit"],
            ReplayOptions(path=Path("x.pcap"), speed=0, exit=True),
            id="as fast as possible, then exit",
        ),
        pytest.param(
            ["--replay.speed=2.5", "--replay.loop"],
            ReplayOptions(path=Path("x.pcap"), speed=2.5, loop=True),
            id="faster, in a loop",
        ),
    ],
)
def test_replay_stands_in_for_interfaces(
    application: Application, flags: list[str], replay: ReplayOptions
) -> None:
    """--replay and its flags arrive in the options."""
    assert cli.run(["serve", "--replay", "x.pcap", *flags]) == 0
    assert application.serving[0].replay == replay


def test_analyze_prints_a_table_of_everything_by_default(application: Application) -> None:
    """Files alone are enough, and no file is read by the command line itself."""
    assert cli.run(["analyze", "a.pcap", "b.pcapng.gz"]) == 0
    assert application.analyzing == [
        AnalyzeOptions(
            files=(Path("a.pcap"), Path("b.pcapng.gz")), settings=Settings(log=ANALYZE_LOG)
        )
    ]


def test_analyze_takes_its_flags(application: Application, config: Path) -> None:
    """Format, number of rows, colour and settings arrive in the options."""
    argv = ["analyze", "--format=json", "--top=5", "--no-color", "--config.file", str(config), "a"]
    assert cli.run(argv) == 0
    assert application.analyzing == [
        AnalyzeOptions(
            files=(Path("a"),),
            format="json",
            top=5,
            color=False,
            settings=Settings(sip=SipSettings(ports=(5080,)), log=ANALYZE_LOG),
        )
    ]


def test_demo_replays_the_bundled_capture_and_says_where_to_look(
    application: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo loops in real time, and prints the addresses to open, with the port it got."""
    assert cli.run(["demo", "--web.listen-address=:0"]) == 0
    replay = application.serving[0].replay
    assert replay is not None
    assert (replay.loop, replay.exit, replay.speed) == (True, False, 1.0)
    assert replay.path.is_file()
    out = capsys.readouterr().out
    assert "http://localhost:9999/\n" in out
    assert "http://localhost:9999/metrics;" in out


@pytest.mark.parametrize("argv", [["serve"], ["analyze", "x"], ["demo"]])
def test_the_code_of_the_application_is_the_exit_code(
    application: Application, argv: list[str]
) -> None:
    """What the application ends with is what the process ends with."""
    application.code = 3
    assert cli.run(argv) == 3


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        pytest.param(
            ["--nonsense"],
            "qos-exporter serve: unrecognized arguments: --nonsense; "
            "try qos-exporter serve --help.",
            id="unknown flag",
        ),
        pytest.param(
            ["analyze", "x", "--json"],
            "qos-exporter analyze: unrecognized arguments: --json; "
            "try qos-exporter analyze --help.",
            id="unknown flag of a command",
        ),
        pytest.param(
            ["nonsense"],
            "qos-exporter: argument COMMAND: invalid choice: 'nonsense' (choose from 'serve', "
            "'analyze', 'mos', 'demo', 'check-config', 'rules'); try qos-exporter --help.",
            id="unknown command",
        ),
        pytest.param(
            ["--web.listen=:1"],
            "qos-exporter serve: unrecognized arguments: --web.listen=:1; "
            "try qos-exporter serve --help.",
            id="shortened flag",
        ),
        pytest.param(
            ["analyze"],
            "qos-exporter analyze: the following arguments are required: FILE; "
            "try qos-exporter analyze --help.",
            id="no file to analyze",
        ),
        pytest.param(
            ["analyze", "x", "--top=0"],
            "qos-exporter analyze: argument --top: '0' is not a whole number from 1; "
            "try qos-exporter analyze --help.",
            id="top of nothing",
        ),
        pytest.param(
            ["--web.listen-address=80"],
            "qos-exporter serve: argument --web.listen-address: '80' has no port; "
            "write [host]:port, for example :10667; try qos-exporter serve --help.",
            id="listen address without port",
        ),
        pytest.param(
            ["--replay=x", "--replay.speed=fast"],
            "qos-exporter serve: argument --replay.speed: 'fast' is not a number; "
            "try qos-exporter serve --help.",
            id="speed is not a number",
        ),
        pytest.param(
            ["--replay=x", "--replay.speed=nan"],
            "qos-exporter serve: argument --replay.speed: 'nan' is not a factor from 0 to 10000; "
            "0 is as fast as possible; try qos-exporter serve --help.",
            id="speed is not a factor",
        ),
        pytest.param(
            ["--replay=x", "--replay.speed=1e300"],
            "qos-exporter serve: argument --replay.speed: '1e300' is not a factor from 0 to 10000; "
            "0 is as fast as possible; try qos-exporter serve --help.",
            id="speed beyond numbers",
        ),
        pytest.param(
            ["--replay.loop"],
            "--replay.speed, --replay.loop and --replay.exit need --replay FILE.",
            id="loop of nothing",
        ),
        pytest.param(
            ["--replay.speed=1"],
            "--replay.speed, --replay.loop and --replay.exit need --replay FILE.",
            id="speed of nothing",
        ),
        pytest.param(
            ["--replay=x", "--replay.loop", "--replay.exit"],
            "--replay.loop and --replay.exit exclude each other.",
            id="endless and ending",
        ),
        pytest.param(
            ["--replay=x", "--interface=eth0"],
            "--interface and --replay exclude each other.",
            id="file and interface",
        ),
        pytest.param(
            ["--config.file=/nowhere/qos.yml"],
            "/nowhere/qos.yml: cannot be read: No such file or directory.",
            id="no such configuration",
        ),
        pytest.param(
            ["check-config"],
            "check-config needs a FILE, or --print for the defaults.",
            id="nothing to check",
        ),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(
    application: Application, capsys: pytest.CaptureFixture[str], argv: list[str], sentence: str
) -> None:
    """A mistake on the command line starts nothing and says what it was."""
    assert cli.run(argv) == 2
    assert capsys.readouterr() == ("", f"{sentence}\n")
    assert not application.serving
    assert not application.analyzing


def test_an_error_of_ours_is_its_sentence_and_exit_code_2(
    application: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error that is meant for the user comes without a traceback."""
    application.error = CaptureError("x.pcap: is not a capture file.")
    assert cli.run(["analyze", "x.pcap"]) == 2
    assert capsys.readouterr() == ("", "x.pcap: is not a capture file.\n")


def test_an_interrupt_needs_no_explanation(
    application: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C while a file is read ends with the code that shells give it, and without a word."""
    application.error = KeyboardInterrupt()
    assert cli.run(["analyze", "x.pcap"]) == 130
    assert capsys.readouterr() == ("", "")


def test_check_config_accepts_a_good_file(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A good file is called good."""
    assert cli.run(["check-config", str(config)]) == 0
    assert capsys.readouterr() == (f"{config}: is good.\n", "")


def test_check_config_lists_the_mistakes_of_a_bad_file(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake is a line on stderr."""
    config.write_text("sip: {ports: [0]}\nlog: {level: loud}\n")
    assert cli.run(["check-config", str(config)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"{config}:1: sip.ports[0] must be at least 1.",
        f"{config}:2: log.level must be debug, info, warning or error.",
    ]


def test_check_config_has_the_filter_compiled(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A filter that libpcap refuses is a mistake as any other, and not first one at the start."""
    if bpf.compile_program("udp") is None:
        pytest.skip("libpcap is not installed")
    config.write_text("capture:\n  filter: udp port 5060\n")
    assert cli.run(["check-config", str(config)]) == 0
    config.write_text("capture:\n  filter: udp prt 5060\n")
    capsys.readouterr()
    assert cli.run(["check-config", str(config)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{config}:2: capture.filter: the capture filter cannot be used: ")
    assert err.count("\n") == 1


def test_check_config_prints_a_file_that_it_accepts_and_prints_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The printed defaults are a configuration file themselves."""
    printed = tmp_path / "printed.yml"
    assert cli.run(["check-config", "--print"]) == 0
    printed.write_text(capsys.readouterr().out)
    assert cli.run(["check-config", str(printed)]) == 0
    capsys.readouterr()
    assert cli.run(["check-config", str(printed), "--print"]) == 0
    assert capsys.readouterr().out == printed.read_text()


def test_check_config_prints_the_file_over_the_defaults(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a file, what it sets is printed in place of the defaults."""
    assert cli.run(["check-config", "--print", str(config)]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert printed["sip"] == {"ports": [5080]}
    assert printed["log"] == {"level": "error", "format": "logfmt"}


@pytest.mark.parametrize("argv", [["--help"], *([name, "--help"] for name in cli.COMMANDS)])
def test_help_goes_to_stdout(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for help is no mistake."""
    assert cli.run(argv) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: qos-exporter")
    assert err == ""


def test_an_error_that_is_not_about_the_output_is_not_called_one(
    application: Application,
) -> None:
    """An operating system error of another kind is a mistake of ours, and shows where it was."""
    application.error = PermissionError(errno.EACCES, "no")
    with pytest.raises(PermissionError):
        cli.run(["analyze", "x.pcap"])
