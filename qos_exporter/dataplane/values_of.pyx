"""From the records of the packet path to the values that leave it."""

from qos_exporter.dataplane.values import (
    SlowFrame,
    StartedStream,
    StreamKey,
    StreamProgress,
)
from qos_exporter.net import Endpoint, address_text

from cpython.ref cimport Py_INCREF, PyObject
from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy

from qos_exporter.dataplane.records cimport Key, Stream, shown_type
from qos_exporter.dataplane.rows cimport SlowRow
from qos_exporter.dataplane.stream_table cimport key_of
from qos_exporter.dataplane.tap cimport TapCount

cdef object new_tuple = tuple.__new__

cdef enum:
    KEPT_ENDPOINTS = 16384      # then all are forgotten, which costs less than to know the oldest


cdef PyObject *kept_ports[1 << 16]


cdef object kept_port(uint16_t port):
    """The number of a port, which many endpoints share: an object that takes 32 bytes."""
    cdef object number
    if kept_ports[port] == NULL:
        number = port
        Py_INCREF(number)       # for good
        kept_ports[port] = <PyObject *>number
    return <object>kept_ports[port]


cdef inline object endpoint_of(const void *address, uint16_t port):
    return new_tuple(Endpoint, (address_text((<const char *>address)[:16]), kept_port(port)))


cdef dict kept_endpoints = {}


cdef object kept_endpoint(const void *address, uint16_t port):
    """The endpoint of a report or a message: the same few send one after the other."""
    cdef uint8_t packed[18]
    cdef object key
    cdef object endpoint
    memcpy(packed, address, 16)
    memcpy(packed + 16, &port, 2)
    key = (<const char *>packed)[:18]
    endpoint = kept_endpoints.get(key)
    if endpoint is None:
        endpoint = endpoint_of(address, port)
        if len(kept_endpoints) >= KEPT_ENDPOINTS:
            kept_endpoints.clear()
        kept_endpoints[key] = endpoint
    return endpoint


cdef inline uint16_t wire_port(const uint8_t *port) noexcept nogil:
    return <uint16_t>(port[0] << 8 | port[1])


cdef object key_of_stream(const Stream *stream):
    cdef const uint8_t *ports = <const uint8_t *>&stream.ports
    cdef Key key = key_of(stream)
    return new_tuple(
        StreamKey,
        (
            endpoint_of(&key.src_high, wire_port(ports)),
            endpoint_of(&key.dst_high, wire_port(ports + 2)),
            stream.ssrc,
            stream.vlan,
            shown_type(stream),
        ),
    )


cdef object started_stream(const Stream *stream, uint32_t slot):
    return new_tuple(
        StartedStream, (slot, stream.serial, stream.first_ns, key_of_stream(stream))
    )


cdef object stream_progress(const Stream *stream, const TapCount *count):
    return new_tuple(
        StreamProgress,
        (
            stream.clock_rate,
            count.expected_now,
            count.lost_now,
            None if count.expected < 0 else count.expected,
            count.lost,
        ),
    )


cdef object slow_frame(const SlowRow *row, const uint8_t *data):
    return new_tuple(
        SlowFrame,
        (
            row.kind,
            row.timestamp_ns,
            kept_endpoint(row.src, row.src_port),
            kept_endpoint(row.dst, row.dst_port),
            row.link_type,
            (<const char *>data + row.offset)[:row.length],
        ),
    )
