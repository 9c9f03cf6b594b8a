"""Other settings for parts that are at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qos_exporter.monitor.parts import Parts, codec_table, named_networks
from qos_exporter.quality.models import MODELS

if TYPE_CHECKING:
    from qos_exporter.monitor.pbx.desk import PbxDesk
    from qos_exporter.networks import Networks
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.quality.model import Model
    from qos_exporter.settings import CallSettings, Settings


@dataclass(frozen=True, slots=True)
class Reconfiguration:
    """What can change without losing a call, made ready before anything is touched."""

    networks: Networks
    codecs: CodecTable
    model: Model
    calls: CallSettings

    @classmethod
    def prepare(cls, settings: Settings) -> Reconfiguration:
        """Take what counts out of the settings; raises ConfigError."""
        return cls(
            networks=named_networks(settings),
            codecs=codec_table(settings.quality),
            model=MODELS[settings.quality.model],
            calls=settings.calls,
        )

    def apply(self, parts: Parts, pbx: PbxDesk) -> None:
        """Let the parts work with it from now on; cannot fail."""
        parts.paths.use(self.networks)
        parts.profiles.use(self.codecs)
        parts.groups.use(self.codecs)
        parts.scorer.use(self.codecs, self.model)
        parts.admission.reconfigure(self.calls)
        parts.calls.wait_for(
            silence_timeout_ns=self.calls.silence_timeout_ns, linger_ns=self.calls.linger_ns
        )
        for source in parts.sources:
            for seen in source.streams():
                parts.control.bind(seen)
        for told in pbx.parts.streams:
            pbx.parts.take_path(told)
