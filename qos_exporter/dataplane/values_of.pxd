"""From the records of the packet path to the values that leave it."""

from libc.stdint cimport uint8_t, uint32_t

from qos_exporter.dataplane.records cimport Stream
from qos_exporter.dataplane.rows cimport SlowRow
from qos_exporter.dataplane.tap cimport TapCount


cdef object key_of_stream(const Stream *stream)
cdef object started_stream(const Stream *stream, uint32_t slot)
cdef object stream_progress(const Stream *stream, const TapCount *count)
cdef object slow_frame(const SlowRow *row, const uint8_t *data)
