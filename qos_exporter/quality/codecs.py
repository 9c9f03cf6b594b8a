"""The codecs that we know.

A row is scored where its impairment is published, or where an assumption can be named that an
engineer may accept or replace. Where there is not even that, the row carries the name only and its
windows are `unscored`: a number without ground would look as good as one with it.

`Bpl` is missing from G.113 for many codecs whose `Ie` is there. Those rows take 4.3, the value that
G.107 itself falls back to: it stands for a decoder that conceals nothing, so it errs towards a
score that is too low. `docs/quality.md` shows the table.
"""

from __future__ import annotations

from qos_exporter.quality.codec_table import CodecTable
from qos_exporter.quality.codecs_fullband import FULLBAND_ROWS
from qos_exporter.quality.codecs_narrowband import NARROWBAND_ROWS
from qos_exporter.quality.codecs_wideband import WIDEBAND_ROWS

DEFAULT_CODECS = CodecTable((*NARROWBAND_ROWS, *WIDEBAND_ROWS, *FULLBAND_ROWS))

find = DEFAULT_CODECS.find
