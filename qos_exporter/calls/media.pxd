"""What a stream is made of, for the class that adds to it."""

from libc.stdint cimport int64_t, uint8_t, uint32_t

cdef extern from *:
    ctypedef bint flag "_Bool"  # which takes a byte; a `bint` takes four


cdef class MediaStream:
    cdef public object src
    cdef public object dst
    cdef public object call
    cdef public object direction
    cdef public object payloads
    cdef public int64_t serial
    cdef public int64_t first_ns
    cdef public uint32_t ssrc
    cdef public uint8_t source
    cdef public uint8_t payload_type
    cdef public flag is_audio
    cdef public flag is_live
