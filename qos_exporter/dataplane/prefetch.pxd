"""Asks the processor to bring memory in before it is needed."""

cdef extern from *:
    """
    #define qos_prefetch(address) __builtin_prefetch(address, 1)
    #define qos_prefetch_read(address) __builtin_prefetch(address, 0)
    """
    void prefetch "qos_prefetch"(const void *address) noexcept nogil
    void prefetch_read "qos_prefetch_read"(const void *address) noexcept nogil
