"""What a session description says about media, as values (RFC 8866, RFC 3264)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from qos_exporter.net import Endpoint
from qos_exporter.tuples import new_tuple

_UNSPECIFIED = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, never bound to

_DISCARD_PORT = 9


class MediaDirection(StrEnum):
    """Which way media flow, seen from the describer (RFC 8866 section 6.7)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class PayloadFormat(NamedTuple):
    """What one RTP payload type number stands for (RFC 8866 section 6.6)."""

    payload_type: int
    encoding: str
    """The name from `a=rtpmap`, in upper case: names are compared without case."""
    clock_rate: int
    """Of the RTP timestamps, in Hz. For G.722 that is 8000 (RFC 3551 section 4.5.2)."""
    channels: int = 1
    fmtp: str = ""
    """Format parameters as written after `a=fmtp:<payload type>`."""

    def with_fmtp(self, fmtp: str) -> PayloadFormat:
        """Return this format with other parameters; empty ones leave it as it is."""
        if not fmtp or fmtp == self.fmtp:
            return self
        return PayloadFormat(self.payload_type, self.encoding, self.clock_rate, self.channels, fmtp)


@dataclass(frozen=True, slots=True)
class IceCandidate:
    """A transport address where media may arrive after connectivity checks (RFC 8839)."""

    component: int
    """1 for RTP, 2 for RTCP."""
    kind: str
    """`host`, `srflx`, `prflx` or `relay`."""
    endpoint: Endpoint


class MediaTerms(NamedTuple):
    """What an `m=` section says of its media, all but where they are to be sent.

    All devices of a kind say the same in every call, so these are shared.
    """

    kind: str
    """`audio`, `video`, `image`, `application` and so on."""
    protocol: str
    """In upper case: `RTP/AVP`, `RTP/SAVP`, `UDPTL` and so on."""
    payload_types: tuple[int, ...]
    """The numbers of the `m=` line, the preferred one first; empty where this is not RTP."""
    formats: tuple[PayloadFormat, ...]
    """Those payload types that `a=rtpmap` explains."""
    parameters: tuple[tuple[int, str], ...]
    """(payload type, format parameters) of every `a=fmtp`."""
    direction: MediaDirection
    ptime_ms: float | None
    rtcp_mux: bool
    """RTCP comes to the RTP port (RFC 5761)."""
    candidates: tuple[IceCandidate, ...]
    has_crypto: bool
    """Keys are given here (RFC 4568) or agreed over DTLS (RFC 5763)."""
    label: str
    """Names this media for a recorder (RFC 4574, RFC 7866); empty without."""
    mid: str
    """Names this media for groups (RFC 5888); empty without."""
    is_bundle_only: bool
    """Port 0 does not refuse this media, if it may share the place of others (RFC 9143)."""

    @property
    def is_rtp(self) -> bool:
        """Whether packets of this media are RTP or SRTP."""
        return "RTP/" in self.protocol

    @property
    def is_audio(self) -> bool:
        """Whether this is audio over RTP."""
        return self.kind == "audio" and self.is_rtp

    @property
    def is_encrypted(self) -> bool:
        """Whether the payload is SRTP; the RTP header stays readable (RFC 3711 section 3.1)."""
        return "SAVP" in self.protocol or self.has_crypto


class MediaDescription(NamedTuple):
    """One `m=` section with everything that it inherits from the session level."""

    terms: MediaTerms
    port: int
    """0 refuses or ends this media (RFC 3264 section 6)."""
    address: str | None
    """Where media are to be sent, in canonical text; `None` for a host name: we look up none."""
    rtcp: Endpoint | None
    """From `a=rtcp` (RFC 3605); `None` means the next port of the same address."""

    @property
    def is_fax(self) -> bool:
        """Whether this is T.38 over UDPTL and is used (RFC 7345, ITU-T T.38 annex D)."""
        terms = self.terms
        return terms.kind == "image" and "UDPTL" in terms.protocol and self.port != 0

    @property
    def is_unspecified(self) -> bool:
        """Whether the address is 0.0.0.0, the hold of RFC 2543 (RFC 3264 section 8.4).

        With port 9 it says that ICE has yet to find the place (RFC 8840 section 4.1.1).
        """
        return self.address in _UNSPECIFIED and self.port != _DISCARD_PORT

    @property
    def is_two_way(self) -> bool:
        """Whether the describer both sends and accepts media."""
        flows = self.terms.direction is MediaDirection.SENDRECV
        return flows and self.port != 0 and not self.is_unspecified

    @property
    def endpoint(self) -> Endpoint | None:
        """Where RTP is to be sent, if that is a place at all."""
        port, address = self.port, self.address
        if not port or address is None or address in _UNSPECIFIED:
            return None
        return new_tuple(Endpoint, (address, port))

    @property
    def rtcp_endpoint(self) -> Endpoint | None:
        """Where RTCP is to be sent: muxed, named by `a=rtcp`, or one port up (RFC 3550, 11)."""
        return self.endpoint if self.terms.rtcp_mux else self.separate_rtcp_endpoint

    @property
    def separate_rtcp_endpoint(self) -> Endpoint | None:
        """Where RTCP goes if the other side refuses to multiplex it (RFC 5761 section 5.1.1)."""
        endpoint = self.endpoint
        if endpoint is None:
            return None
        return self.rtcp or new_tuple(Endpoint, (endpoint.address, endpoint.port + 1))

    @property
    def media_endpoints(self) -> tuple[Endpoint, ...]:
        """Every place where RTP may arrive: the default one, then the ICE candidates."""
        endpoint = self.endpoint
        places = () if endpoint is None else (endpoint,)
        candidates = self.terms.candidates
        if not (self.port and candidates):
            return places
        others = [each.endpoint for each in candidates if each.component == 1]
        return tuple(dict.fromkeys((*places, *others)))


class SessionDescription(NamedTuple):
    """A whole description: one side's offer or answer."""

    origin: str
    """The `o=` line: equal text means the same version of the same session."""
    media: tuple[MediaDescription, ...]
    """In the order of the `m=` lines, which pairs offer and answer (RFC 3264 section 6)."""
