"""The table of streams: records in chunks that never move, and an index by open addressing.

The index holds 8 bytes a slot, a tag of the hash and the number of the record, and is kept at most
half full, so a look-up stays short however full the table is. Deleting shifts the slots behind it
back, so there are no tombstones to wade through.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

from qos_exporter.dataplane.clock cimport forget_held
from qos_exporter.dataplane.records cimport WIDE, Key, Stream

cdef extern from "stdlib.h" nogil:
    int posix_memalign(void **memory, size_t alignment, size_t size)

cdef extern from "sys/mman.h" nogil:
    void *mmap(void *address, size_t size, int protection, int flags, int file, long offset)
    int munmap(void *address, size_t size)
    int madvise(void *address, size_t size, int advice)
    void *MAP_FAILED
    int MADV_HUGEPAGE
    int PROT_READ
    int PROT_WRITE
    int PRIVATE_ANONYMOUS "MAP_PRIVATE | MAP_ANONYMOUS"

cdef enum:
    CHUNK_BITS = 15             # so that a chunk of records fills whole huge pages
    CHUNK_RECORDS = 1 << CHUNK_BITS
    CHUNK_MASK = CHUNK_RECORDS - 1
    HUGE_PAGE = 1 << 21

cdef extern from *:
    """
    #define QOS_NO_RECORD 0xFFFFFFFFu
    """
    const uint32_t NO_RECORD "QOS_NO_RECORD"

ctypedef struct IndexSlot:
    uint32_t tag
    uint32_t record             # the record's number + 1; 0 is an empty slot

ctypedef struct StreamTable:
    IndexSlot *index
    uint64_t index_mask
    Stream **chunks
    uint32_t chunk_count
    uint32_t used               # records ever handed out
    uint32_t free_count
    uint32_t *free_records
    uint32_t free_capacity
    uint32_t entries            # records in the index
    uint32_t limit              # entries allowed; 0 is no limit
    uint32_t hand               # where the search for something to evict goes on
    uint64_t seed


cdef inline Stream *record_at(const StreamTable *table, uint32_t number) noexcept nogil:
    return &table.chunks[number >> CHUNK_BITS][number & CHUNK_MASK]


cdef inline uint64_t mix(uint64_t value) noexcept nogil:
    value ^= value >> 32
    value *= <uint64_t>0xD6E8FEB86659FD93
    value ^= value >> 32
    return value


cdef inline uint64_t fold_addresses(uint64_t src_low, uint64_t dst_low) noexcept nogil:
    """Two addresses in 64 bits. IPv4 uses another half of each word, so that none of it is lost."""
    return ((src_low << 32) | (src_low >> 32)) ^ dst_low


cdef inline uint64_t unfold_dst(uint64_t addresses, uint64_t src_low) noexcept nogil:
    """What was folded with `src_low`."""
    return fold_addresses(src_low, addresses)


cdef inline uint64_t hash_key(const StreamTable *table, const Key *key) noexcept nogil:
    """A seeded hash: nobody can choose addresses that collide."""
    cdef uint64_t value = mix(key.addresses * <uint64_t>0x9E3779B97F4A7C15 + table.seed)
    if key.wide:
        value = mix(value ^ key.src_low) + key.dst_high * <uint64_t>0x165667B19E3779F9
        value = mix(value ^ (key.src_high * <uint64_t>0xC2B2AE3D27D4EB4F))
    value ^= (<uint64_t>key.ports << 32) | key.ssrc
    return mix((value + key.vlan) * <uint64_t>0x9E3779B97F4A7C15)


cdef inline uint32_t tag_of(uint64_t hash_value) noexcept nogil:
    """The half of the hash that the home slot is taken from: a slot alone tells where it belongs.

    What of it lies above the size of the index still tells most other keys apart.
    """
    return <uint32_t>hash_value


cdef inline bint same_wide_addresses(const Stream *stream, const Key *key) noexcept nogil:
    """Where the folded addresses are the same."""
    return (
        key.wide
        and stream.state & WIDE
        and stream.src_low == key.src_low
        and stream.src_high == key.src_high
        and stream.dst_high == key.dst_high
    )


cdef inline bint same_key(const Stream *stream, const Key *key) noexcept nogil:
    """The folded addresses tell all of IPv4, and that a stream has wide ones the state tells."""
    return (
        stream.addresses == key.addresses
        and stream.ports == key.ports
        and stream.ssrc == key.ssrc
        and stream.vlan == key.vlan
        and (not (key.wide or stream.state & WIDE) or same_wide_addresses(stream, key))
    )


cdef inline void set_key(Stream *stream, const Key *key) noexcept nogil:
    stream.addresses = key.addresses
    stream.src_high = key.src_high
    stream.src_low = key.src_low
    stream.dst_high = key.dst_high
    stream.ports = key.ports
    stream.ssrc = key.ssrc
    stream.vlan = key.vlan
    if key.wide:
        stream.state |= WIDE


cdef inline Key key_of(const Stream *stream) noexcept nogil:
    cdef Key key
    key.addresses = stream.addresses
    key.src_high = stream.src_high
    key.src_low = stream.src_low
    key.dst_high = stream.dst_high
    key.dst_low = unfold_dst(stream.addresses, stream.src_low)
    key.ports = stream.ports
    key.ssrc = stream.ssrc
    key.vlan = stream.vlan
    key.wide = (stream.state & WIDE) != 0
    return key


cdef inline uint32_t candidate_record(const StreamTable *table, uint64_t hash_value) noexcept nogil:
    """The first record whose tag fits, without looking at its key."""
    cdef uint64_t position = hash_value & table.index_mask
    cdef uint32_t tag = tag_of(hash_value)
    while table.index[position].record:
        if table.index[position].tag == tag:
            return table.index[position].record - 1
        position = (position + 1) & table.index_mask
    return NO_RECORD


cdef inline uint32_t find_record(
    const StreamTable *table, const Key *key, uint64_t hash_value
) noexcept nogil:
    cdef uint64_t position = hash_value & table.index_mask
    cdef uint32_t tag = tag_of(hash_value)
    cdef uint32_t record
    while table.index[position].record:
        if table.index[position].tag == tag:
            record = table.index[position].record - 1
            if same_key(record_at(table, record), key):
                return record
        position = (position + 1) & table.index_mask
    return NO_RECORD


cdef inline void place(
    IndexSlot *index, uint64_t mask, uint32_t tag, uint32_t record
) noexcept nogil:
    cdef uint64_t position = tag & mask
    while index[position].record:
        position = (position + 1) & mask
    index[position].tag = tag
    index[position].record = record + 1


cdef inline IndexSlot *make_index(uint64_t slots) noexcept nogil:
    """An empty index; a large one on huge pages, for it is read at random."""
    cdef void *memory = NULL
    cdef size_t size = slots * sizeof(IndexSlot)
    if size < HUGE_PAGE:
        return <IndexSlot *>calloc(slots, sizeof(IndexSlot))
    if posix_memalign(&memory, HUGE_PAGE, size) != 0:
        return NULL
    madvise(memory, size, MADV_HUGEPAGE)
    memset(memory, 0, size)
    return <IndexSlot *>memory


cdef inline bint grow_index(StreamTable *table) noexcept nogil:
    """Double the index; the records stay where they are."""
    cdef uint64_t size = 2 * (table.index_mask + 1)
    cdef uint64_t position
    cdef uint32_t record
    cdef IndexSlot *index = make_index(size)
    if index == NULL:
        return False
    for position in range(table.index_mask + 1):
        record = table.index[position].record
        if record:
            place(index, size - 1, table.index[position].tag, record - 1)
    free(table.index)
    table.index = index
    table.index_mask = size - 1
    return True


cdef inline void *map_huge(size_t size) noexcept nogil:
    """Zeroed memory on huge pages as far as there are any; `munmap` gives it back."""
    cdef size_t room = size + HUGE_PAGE
    cdef void *memory = mmap(NULL, room, PROT_READ | PROT_WRITE, PRIVATE_ANONYMOUS, -1, 0)
    cdef size_t begin
    if memory == MAP_FAILED:
        return NULL
    begin = (<size_t>memory + HUGE_PAGE - 1) & ~<size_t>(HUGE_PAGE - 1)
    if begin > <size_t>memory:
        munmap(memory, begin - <size_t>memory)
    munmap(<void *>(begin + size), <size_t>memory + room - begin - size)
    madvise(<void *>begin, size, MADV_HUGEPAGE)
    return <void *>begin


cdef inline bint add_chunk(StreamTable *table) noexcept nogil:
    cdef void *memory
    cdef void *chunks = realloc(table.chunks, (table.chunk_count + 1) * sizeof(Stream *))
    if chunks == NULL:
        return False
    table.chunks = <Stream **>chunks
    memory = map_huge(CHUNK_RECORDS * sizeof(Stream))
    if memory == NULL:
        return False
    table.chunks[table.chunk_count] = <Stream *>memory
    table.chunk_count += 1
    return True


cdef inline uint32_t take_record(StreamTable *table) noexcept nogil:
    """A record, zeroed; NO_RECORD where memory is out."""
    cdef uint32_t record
    if table.free_count:
        table.free_count -= 1
        record = table.free_records[table.free_count]
        memset(record_at(table, record), 0, sizeof(Stream))
    else:
        if table.used == table.chunk_count << CHUNK_BITS and not add_chunk(table):
            return NO_RECORD
        record = table.used
        table.used += 1
    return record


cdef inline bint give_record(StreamTable *table, uint32_t record) noexcept nogil:
    """The record may be used again; it must be out of the index."""
    cdef uint32_t capacity
    cdef void *records
    forget_held(record_at(table, record))
    record_at(table, record).state = 0
    if table.free_count == table.free_capacity:
        capacity = table.free_capacity * 2 + 64
        records = realloc(table.free_records, capacity * sizeof(uint32_t))
        if records == NULL:
            return False
        table.free_records = <uint32_t *>records
        table.free_capacity = capacity
    table.free_records[table.free_count] = record
    table.free_count += 1
    return True


cdef inline uint32_t insert_key(
    StreamTable *table, const Key *key, uint64_t hash_value
) noexcept nogil:
    """A new record under a key that is not in the table yet."""
    cdef uint32_t record
    if 2 * <uint64_t>(table.entries + 1) > table.index_mask + 1 and not grow_index(table):
        return NO_RECORD
    record = take_record(table)
    if record == NO_RECORD:
        return NO_RECORD
    set_key(record_at(table, record), key)
    place(table.index, table.index_mask, tag_of(hash_value), record)
    table.entries += 1
    return record


cdef inline void close_gap(StreamTable *table, uint64_t gap) noexcept nogil:
    """Shift back what probing had pushed past the emptied slot."""
    cdef uint64_t mask = table.index_mask
    cdef uint64_t position = (gap + 1) & mask
    while table.index[position].record:
        if ((position - table.index[position].tag) & mask) >= ((position - gap) & mask):
            table.index[gap] = table.index[position]
            gap = position
        position = (position + 1) & mask
    table.index[gap].record = 0


cdef inline void remove_from_index(StreamTable *table, uint32_t record) noexcept nogil:
    """Nothing will be found under this record's key any more; the record itself stays."""
    cdef Key key = key_of(record_at(table, record))
    cdef uint64_t position = hash_key(table, &key) & table.index_mask
    while table.index[position].record:
        if table.index[position].record == record + 1:
            close_gap(table, position)
            table.entries -= 1
            return
        position = (position + 1) & table.index_mask


cdef inline bint open_table(StreamTable *table, uint32_t limit, uint64_t seed) noexcept nogil:
    cdef uint64_t size = 1024
    memset(table, 0, sizeof(StreamTable))
    while limit and size < 2 * <uint64_t>limit:
        size *= 2
    table.index = make_index(size)
    table.index_mask = size - 1
    table.limit = limit
    table.seed = seed
    return table.index != NULL


cdef inline void close_table(StreamTable *table) noexcept nogil:
    cdef uint32_t record
    for record in range(table.used):
        forget_held(record_at(table, record))
    for record in range(table.chunk_count):
        munmap(table.chunks[record], CHUNK_RECORDS * sizeof(Stream))
    free(table.chunks)
    free(table.free_records)
    free(table.index)
