"""The kernel of one capture source: frames in, events and rows out.

Everything per packet happens in the included inline functions, over C records and without the GIL.
This class is their only door to Python. A lock serialises its methods, so that a snapshot can be
taken while the capture thread counts.
"""

import secrets
import threading

import numpy as np

from qos_exporter.dataplane.frames import FRAME
from qos_exporter.dataplane.rows import TOTALS, UNDECODED_REASONS, WINDOW
from qos_exporter.dataplane.settings import STATIC_FORMATS
from qos_exporter.dataplane.values import KernelStatistics

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memset
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from qos_exporter.dataplane.core cimport Core
from qos_exporter.dataplane.endpoints cimport add_endpoint, remove_endpoint
from qos_exporter.dataplane.frame cimport raw64
from qos_exporter.dataplane.ingest cimport ingest_frames
from qos_exporter.dataplane.leaving cimport drop_candidate, drop_muted, end_stream
from qos_exporter.dataplane.merge cimport merge_streams
from qos_exporter.dataplane.records cimport (
    ENDED,
    IN_USE,
    MUTED,
    PROVEN,
    REPORTED,
    Profile,
    Stream,
    last_packet_ns,
)
from qos_exporter.dataplane.rows cimport (
    REASON_COUNT,
    FrameRow,
    TotalsRow,
    WindowRow,
)
from qos_exporter.dataplane.stream_table cimport (
    close_table,
    give_record,
    open_table,
    record_at,
)
from qos_exporter.dataplane.tap cimport TapCount, tap_count
from qos_exporter.dataplane.update cimport apply_profile
from qos_exporter.dataplane.values_of cimport (
    key_of_stream,
    slow_frame,
    started_stream,
    stream_progress,
)
from qos_exporter.dataplane.windows cimport close_window, fill_totals


def check_layout():
    """Refuse to run with row types that do not have the size of the C structs."""
    sizes = (
        (FRAME, sizeof(FrameRow)),
        (WINDOW, sizeof(WindowRow)),
        (TOTALS, sizeof(TotalsRow)),
    )
    if any(row.itemsize != size for row, size in sizes):
        raise ImportError("the compiled kernel does not fit its row types: build it again")
    if sizeof(Stream) % 64:
        raise ImportError("the records of the compiled kernel do not fill whole cache lines")
    if len(UNDECODED_REASONS) != REASON_COUNT:
        raise ImportError("the compiled kernel does not fit its reasons: build it again")


check_layout()


cdef inline int64_t clock_ns() noexcept nogil:
    """A clock for the time that counting takes."""
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return <int64_t>now.tv_sec * 1000000000 + now.tv_nsec


cdef class Kernel:
    """Counts the RTP of one source. See kernel.pyi for the meaning of its methods."""

    cdef Core core
    cdef object lock
    cdef int64_t counting
    cdef bint due

    def __cinit__(self, settings):
        memset(&self.core, 0, sizeof(Core))
        if not open_table(&self.core.table, settings.table_limit, secrets.randbits(64)):
            raise MemoryError
        self.core.announced.seed = secrets.randbits(64)
        self.lock = threading.Lock()
        self.counting = 0
        self.due = False
        self.core.window_ns = settings.window_ns
        self.core.idle_ns = settings.idle_ns
        self.core.candidate_ns = settings.candidate_ns
        self.core.vlan_in_key = settings.vlan_in_key
        self.core.next_serial = 1
        self.core.playout.adaptive = settings.playout.adaptive
        self.core.playout.nominal_ns = settings.playout.nominal_ns
        self.core.playout.min_ns = settings.playout.min_ns
        self.core.playout.max_ns = settings.playout.max_ns
        for port in settings.sip_ports:
            self.core.sip_ports[port >> 3] |= 1 << (port & 7)
        self.put_profile(0, STATIC_FORMATS)

    def __dealloc__(self):
        close_table(&self.core.table)
        free(self.core.announced.slots)
        free(self.core.profiles)
        free(self.core.started.slots)
        free(self.core.slow.rows)

    def ingest(self, batch, uint32_t start, listener):
        cdef const uint8_t[::1] data = memoryview(batch.data).cast("B")
        cdef const uint8_t[::1] index = batch.frames.view(np.uint8)
        cdef const FrameRow *frames
        cdef uint32_t end = batch.count
        if start >= end or data.shape[0] == 0:
            return end
        frames = <const FrameRow *>&index[0]
        self.due = False
        while start < end and not self.due:
            start = self.count(&data[0], frames, start, end)
            if self.core.started.count:
                listener.streams_started(self.take_started())
            if self.core.slow.count:
                self.set_aside(&data[0], listener)
        return start

    cdef uint32_t count(
        self, const uint8_t *data, const FrameRow *frames, uint32_t start, uint32_t end
    ):
        """Count up to the end, to a window that is due, or to what the listener is to hear of."""
        cdef uint32_t reached = start
        cdef int64_t began
        with self.lock:
            with nogil:
                began = clock_ns()
                reached = ingest_frames(&self.core, data, frames, start, end)
                self.counting += clock_ns() - began
            self.due = (
                reached < end and frames[reached].timestamp_ns >= self.core.window_end_ns
            )
        return reached

    cdef object take_started(self):
        cdef uint32_t position
        with self.lock:
            streams = [
                started_stream(
                    record_at(&self.core.table, self.core.started.slots[position]),
                    self.core.started.slots[position],
                )
                for position in range(self.core.started.count)
            ]
            self.core.started.count = 0
        return streams

    cdef object set_aside(self, const uint8_t *data, listener):
        """Tell of the frames that were set aside; nothing is left of them if the listener fails."""
        cdef uint32_t position
        cdef uint32_t count = self.core.slow.count
        self.core.slow.count = 0
        for position in range(count):
            listener.frame_set_aside(slow_frame(&self.core.slow.rows[position], data))

    @property
    def window_due(self):
        return self.due

    @property
    def window_end_ns(self):
        return self.core.window_end_ns

    @property
    def now_ns(self):
        return self.core.now_ns

    def pass_time(self, int64_t now_ns):
        with self.lock:
            if self.core.window_end_ns == 0:
                self.core.window_end_ns = now_ns + self.core.window_ns
            self.core.now_ns = max(self.core.now_ns, now_ns)
            self.due = now_ns >= self.core.window_end_ns
        return self.due

    def roll(self, int64_t now_ns):
        with self.lock:
            rows = self.close(self.core.window_end_ns)
            self.due = False
            if now_ns >= self.core.window_end_ns:
                behind = (now_ns - self.core.window_end_ns) // self.core.window_ns
                # A pause is a window of its own, at whose end the streams that it silenced end.
                self.core.window_end_ns += max(behind, 1) * self.core.window_ns
        return rows

    cdef object close(self, int64_t now_ns):
        cdef uint32_t count
        cdef uint8_t[::1] view
        if self.core.table.used == 0:
            return np.empty(0, dtype=WINDOW)
        rows = np.empty(self.core.table.used, dtype=WINDOW)
        view = rows.view(np.uint8)
        began = clock_ns()
        with nogil:
            count = close_window(&self.core, now_ns, <WindowRow *>&view[0])
        self.counting += clock_ns() - began
        return rows[:count]

    def finish(self):
        cdef uint32_t number
        cdef uint32_t state
        with self.lock:
            for number in range(self.core.table.used):
                state = record_at(&self.core.table, number).state
                if not state & IN_USE or state & ENDED:
                    continue
                if not state & PROVEN:
                    drop_candidate(&self.core, number)
                elif state & REPORTED:
                    drop_muted(&self.core, number)
                else:
                    end_stream(&self.core, number)
            rows = self.close(self.core.now_ns)
            self.core.window_end_ns = 0
            self.due = False
        return rows

    def totals(self, slots):
        wanted = np.ascontiguousarray(slots, dtype=np.uint32)
        out = np.empty(len(wanted), dtype=TOTALS)
        cdef const uint32_t[::1] numbers = wanted
        cdef uint8_t[::1] view
        cdef uint32_t position
        if len(wanted) == 0:
            return out
        if int(wanted.max()) >= self.core.table.used:
            raise IndexError("no such stream")
        view = out.view(np.uint8)
        with self.lock, nogil:
            for position in range(<uint32_t>numbers.shape[0]):
                fill_totals(
                    &self.core, numbers[position], &(<TotalsRow *>&view[0])[position]
                )
        return out

    def describe(self, uint32_t slot):
        with self.lock:
            return key_of_stream(self.stream(slot))

    cdef Stream *stream(self, uint32_t slot) except NULL:
        """Find a record; only with the lock, since counting may move the list of records."""
        if slot >= self.core.table.used or not record_at(&self.core.table, slot).state & IN_USE:
            raise IndexError("no such stream")
        return record_at(&self.core.table, slot)

    def last_packet_ns(self, uint32_t slot):
        with self.lock:
            return last_packet_ns(self.stream(slot))

    def progress(self, uint32_t slot, uint32_t sequence_number):
        cdef Stream *stream
        cdef TapCount count
        with self.lock:
            stream = self.stream(slot)
            count = tap_count(stream, <uint16_t>sequence_number)
            return stream_progress(stream, &count)

    def announce(self, endpoint):
        cdef bytes address = endpoint.packed16()
        cdef const uint8_t *raw = address
        cdef uint16_t port = endpoint.port
        with self.lock:
            if not add_endpoint(&self.core.announced, raw64(raw), raw64(raw + 8), port):
                raise MemoryError

    def withdraw(self, endpoint):
        cdef bytes address = endpoint.packed16()
        cdef const uint8_t *raw = address
        cdef uint16_t port = endpoint.port
        with self.lock:
            remove_endpoint(&self.core.announced, raw64(raw), raw64(raw + 8), port)

    def put_profile(self, uint32_t number, formats):
        cdef Profile *profile
        with self.lock:
            if number > self.core.profile_count:
                raise IndexError("no such profile")
            if number == self.core.profile_count:
                self.add_profile()
            profile = &self.core.profiles[number]
            if number:
                profile[0] = self.core.profiles[0]
            for row in formats:
                profile.clock_rate[row.payload_type & 127] = row.clock_rate
                profile.kind[row.payload_type & 127] = row.kind
                profile.announced[row.payload_type & 127] = row.announced

    cdef void add_profile(self) except *:
        """Make room for one more, in which no payload type means anything."""
        cdef void *grown = realloc(
            self.core.profiles, (self.core.profile_count + 1) * sizeof(Profile)
        )
        if grown == NULL:
            raise MemoryError
        self.core.profiles = <Profile *>grown
        memset(&self.core.profiles[self.core.profile_count], 0, sizeof(Profile))
        self.core.profile_count += 1

    def set_profile(self, uint32_t slot, uint32_t profile):
        cdef Stream *stream
        with self.lock:
            if profile >= self.core.profile_count:
                raise IndexError("no such profile")
            stream = self.stream(slot)
            if stream.profile != profile:
                stream.profile = <uint16_t>profile
                apply_profile(stream, self.core.profiles, &self.core.playout)

    def set_group(self, uint32_t slot, uint32_t group):
        with self.lock:
            self.stream(slot).group = group

    def mute(self, uint32_t slot):
        cdef Stream *stream
        with self.lock:
            stream = self.stream(slot)
            if not stream.state & (ENDED | MUTED):
                stream.state |= MUTED
                stream.muted_ns = self.core.now_ns

    def continue_stream(self, uint32_t slot, uint32_t earlier_slot):
        cdef uint32_t profile = 0
        with self.lock:
            profile = self.stream(earlier_slot).profile
            if not merge_streams(&self.core, slot, earlier_slot):
                return False
        self.set_profile(slot, profile)
        return True

    def has(self, uint32_t slot, uint64_t serial):
        cdef Stream *stream
        with self.lock:
            if slot >= self.core.table.used:
                return False
            stream = record_at(&self.core.table, slot)
            return stream.state & (IN_USE | ENDED) == IN_USE and stream.serial == serial

    def release(self, uint32_t slot, uint64_t serial):
        cdef Stream *stream
        with self.lock:
            if slot >= self.core.table.used:
                return
            stream = record_at(&self.core.table, slot)
            if not stream.state & IN_USE or stream.serial != serial:
                return
            if not stream.state & ENDED:
                end_stream(&self.core, slot)
            if stream.state & REPORTED:
                give_record(&self.core.table, slot)

    def statistics(self):
        cdef int reason
        with self.lock:
            return KernelStatistics(
                self.core.frames,
                self.core.bytes,
                self.core.rtp_packets,
                self.core.table.entries,
                self.core.table.limit,
                self.core.evictions,
                self.counting,
                tuple(
                    [
                        (UNDECODED_REASONS[reason], self.core.reasons[reason])
                        for reason in range(REASON_COUNT)
                    ]
                ),
            )
