"""Opening a connection and logging in."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from qos_exporter.protocols.ami import (
    Challenge,
    Login,
    Response,
    answer_to_challenge,
)
from qos_exporter.settings import AmiSettings
from qos_exporter.sources.ami.faults import AmiError, Fault
from qos_exporter.sources.ami.link import Link


async def connect(settings: AmiSettings) -> Link:
    """Connect; raises OSError and AmiError."""
    try:
        streams = await asyncio.open_connection(
            settings.host, settings.port, ssl=_tls(settings) if settings.tls else None
        )
    except ssl.SSLError as error:
        raise AmiError(Fault.UNREACHABLE, f"TLS: {error}") from error
    return Link(*streams)


async def log_in(link: Link, settings: AmiSettings) -> None:
    """Log in by the way that was chosen; raises OSError and AmiError."""
    secret = read_secret(settings)
    login = Login(settings.username, secret=secret)
    if settings.auth == "md5":
        asked = await link.ask(Challenge())
        if not asked.challenge:
            raise _refusal(settings, asked)
        key = answer_to_challenge(asked.challenge, secret)
        login = Login(settings.username, key=key)
    answer = await link.ask(login)
    if not answer.is_success:
        raise _refusal(settings, answer)


def read_secret(settings: AmiSettings) -> str:
    """Give the secret, from its file if it has one; raises AmiError."""
    if not settings.secret_file:
        return settings.secret
    try:
        lines = Path(settings.secret_file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        text = f"cannot read the secret in {settings.secret_file}: {reason}"
        raise AmiError(Fault.NO_SECRET, text) from error
    return lines[0].strip() if lines else ""


def _refusal(settings: AmiSettings, answer: Response) -> AmiError:
    return AmiError(
        Fault.LOGIN_REFUSED,
        f"the login of {settings.username} is refused ({answer.message or 'no reason given'}): user"
        " name or secret is wrong, or manager.conf does not permit the address of this machine",
    )


def _tls(settings: AmiSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file or None)
    except OSError as error:
        text = f"cannot read tls_ca_file {settings.tls_ca_file}: {error.strerror or error}"
        raise AmiError(Fault.UNREACHABLE, text) from error
    if not settings.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
