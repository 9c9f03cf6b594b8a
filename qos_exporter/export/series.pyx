"""Lines of series, and numbers as Prometheus and its client libraries write them.

A scrape of 10,000 calls has hundreds of thousands of lines. Here a line is written where it is to
stand, and nothing is made for it that Python would have to keep account of.
"""

from cpython.mem cimport PyMem_Free
from cpython.object cimport PyObject
from libc.math cimport isinf, isnan
from libc.stdint cimport uint64_t
from libc.string cimport memchr, memcpy, memset, strlen


cdef extern from "Python.h":
    int Py_DTSF_ADD_DOT_0
    char *PyBytes_AS_STRING(PyObject *)
    PyObject *PyList_GET_ITEM(list, Py_ssize_t)
    PyObject *PyTuple_GET_ITEM(PyObject *, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(PyObject *)
    bint PyTuple_Check(PyObject *)
    double PyFloat_AsDouble(PyObject *) except? -1
    PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t) except NULL
    int _PyBytes_Resize(PyObject **, Py_ssize_t) except -1
    void Py_XDECREF(PyObject *)
    char *PyOS_double_to_string(double, char, int, int, int *) except NULL
    const char *PyUnicode_AsUTF8AndSize(str, Py_ssize_t *) except NULL


cdef enum:
    LONGEST_NUMBER = 32         # bytes; Python needs up to 24, as in -2.2250738585072014e-308
    LONGEST_PLAIN_DIGITS = 6    # from here on Go's shortest form of a number has an exponent
    MOST_LABELS = 16
    REMEMBERED_BITS = 10
    REMEMBERED = 1 << REMEMBERED_BITS
    LINES_A_TURN = 256          # then other threads may use the interpreter: some 0.1 ms

cdef double PLAIN_BELOW = 1e6


cdef struct Written:
    double number
    Py_ssize_t length           # 0 where there is none yet
    char text[LONGEST_NUMBER]


cdef inline char *put(char *to, const char *text, Py_ssize_t length) noexcept nogil:
    memcpy(to, text, length)
    return to + length


cdef inline char *put_whole(char *to, long number) noexcept nogil:
    """Write a whole number, as a float."""
    cdef char digits[LONGEST_NUMBER]
    cdef int first = LONGEST_NUMBER
    cdef long rest = -number if number < 0 else number
    while True:
        first -= 1
        digits[first] = <char>(c'0' + rest % 10)
        rest //= 10
        if rest == 0:
            break
    if number < 0:
        to = put(to, b"-", 1)
    return put(put(to, digits + first, LONGEST_NUMBER - first), b".0", 2)


cdef char *put_exponent(char *to, const char *text, Py_ssize_t point) noexcept nogil:
    """Write plain digits with the point at `point` as Go does: 1234567.5 as 1.2345675e+06."""
    cdef Py_ssize_t exponent = point - 1
    to = put(put(put(to, text, 1), b".", 1), text + 1, exponent)
    to = put(to, text + point + 1, strlen(text + point + 1))
    while (to - 1)[0] == c'0':
        to -= 1
    if (to - 1)[0] == c'.':
        to -= 1
    to = put(to, b"e+", 2)
    to[0] = <char>(c'0' + exponent // 10)
    to[1] = <char>(c'0' + exponent % 10)
    return to + 2


cdef char *put_shortest(char *to, double number) except NULL:
    """Write the shortest digits that read back as the same number."""
    cdef char *text = PyOS_double_to_string(number, c'r', 0, Py_DTSF_ADD_DOT_0, NULL)
    cdef Py_ssize_t length = strlen(text)
    cdef const char *point = <const char *>memchr(text, c'.', length)
    if number > 0 and point != NULL and point - text > LONGEST_PLAIN_DIGITS:
        to = put_exponent(to, text, point - text)
    else:
        to = put(to, text, length)
    PyMem_Free(text)
    return to


cdef char *put_number(char *to, double number) except NULL:
    """Write any number; zero without a sign, as both zeros are the same number."""
    if -PLAIN_BELOW < number < PLAIN_BELOW and number == <double><long>number:
        return put_whole(to, <long>number)
    if isnan(number):
        return put(to, b"NaN", 3)
    if isinf(number):
        return put(to, b"+Inf" if number > 0 else b"-Inf", 4)
    return put_shortest(to, number)


cdef inline Written *remembered(Written *texts, double number) noexcept nogil:
    """The place of a number among those that were written last."""
    cdef uint64_t bits
    memcpy(&bits, &number, sizeof(bits))
    return &texts[(bits * <uint64_t>0x9E3779B97F4A7C15) >> (64 - REMEMBERED_BITS)]


cdef char *put_again(char *to, double number, Written *texts) except NULL:
    """Write a number like `put_number`, those of a moment ago without finding their digits anew."""
    cdef Written *known = remembered(texts, number)
    if known.length == 0 or known.number != number:
        known.length = put_number(known.text, number) - known.text
        known.number = number
    return put(to, known.text, known.length)


def number_text(double number):
    """Write a number so that it reads back exactly, with the exponents that Go would use.

    `1000000` becomes `1e+06` and 1732175999.5 becomes `1.7321759995e+09`, but only for positive
    numbers: that is how the client library of Python spells them, and series of one name must not
    depend on which of the two wrote them. Zero has no sign.
    """
    cdef char text[LONGEST_NUMBER]
    return text[:put_number(text, number) - text].decode()


cdef class LabelValues:
    """The values of one label in many series, as they are to be written: escaped."""

    cdef tuple texts
    cdef Py_ssize_t bytes_in_all

    def __cinit__(self, list texts):
        cdef Py_ssize_t length, position
        self.texts = tuple(texts)
        self.bytes_in_all = 0
        for position in range(len(self.texts)):
            PyUnicode_AsUTF8AndSize(self.texts[position], &length)
            self.bytes_in_all += length


cdef struct Label:
    const char *before
    Py_ssize_t before_length
    PyObject *texts


cdef Py_ssize_t prepare(list labels, Label *prepared, Py_ssize_t count) except -1:
    """Find what every line needs; gives the bytes that all lines take, but for end and number."""
    cdef Py_ssize_t room = 0
    cdef Py_ssize_t position = 0
    cdef LabelValues values
    if len(labels) > MOST_LABELS:
        raise ValueError("too many labels")
    for before, values in labels:
        if len(values.texts) != count:
            raise ValueError("each row needs its labels")
        prepared[position].before = PyUnicode_AsUTF8AndSize(
            before, &prepared[position].before_length
        )
        prepared[position].texts = <PyObject *>values.texts
        room += values.bytes_in_all + count * prepared[position].before_length
        position += 1
    return room


cdef inline char *put_text(char *to, str text) except NULL:
    cdef Py_ssize_t length
    cdef const char *start = PyUnicode_AsUTF8AndSize(text, &length)
    return put(to, start, length)


cdef char *put_line(
    char *to, const Label *labels, int label_count, Py_ssize_t position, str end
) except NULL:
    """Write all of a line that is before its number."""
    cdef int label
    for label in range(label_count):
        to = put(to, labels[label].before, labels[label].before_length)
        to = put_text(to, (<tuple>labels[label].texts)[position])
    return put_text(to, end)


cdef inline PyObject *number_in(list rows, Py_ssize_t position, Py_ssize_t field) except NULL:
    """The number of one row, which is only borrowed: counting references takes longer than it."""
    cdef PyObject *row = PyList_GET_ITEM(rows, position)
    if row == <PyObject *>None:
        return row
    if not PyTuple_Check(row):
        raise TypeError("a row is a tuple")
    if field >= PyTuple_GET_SIZE(row):
        raise IndexError("a row has no such field")
    return PyTuple_GET_ITEM(row, field)


cdef char *put_lines(
    char *to, const Label *labels, int label_count, str end, list rows, Py_ssize_t field
) except NULL:
    """Write the lines whose number is known."""
    cdef Written texts[REMEMBERED]
    cdef Py_ssize_t position
    cdef PyObject *number
    memset(texts, 0, sizeof(texts))
    for position in range(len(rows)):
        if position % LINES_A_TURN == LINES_A_TURN - 1:
            with nogil:
                pass
        number = number_in(rows, position, field)
        if number != <PyObject *>None:
            to = put_line(to, labels, label_count, position, end)
            to = put(put_again(to, PyFloat_AsDouble(number), texts), b"\n", 1)
    return to


def series_lines(list labels, str end, list rows, Py_ssize_t field):
    """Write one line per row, and none where the row or its number is `None`; gives UTF-8.

    The number is what stands at position `field` of the row. A line has, for each of `labels`, a
    text that is the same in all lines and its value of the label; then `end`, which is the same in
    all lines, and the number::

        series_lines([('up{job="', LabelValues(["a", "b"]))], '"} ', [(1, 0.5), (0, 0.5)], 0)

    Raises ValueError if there are not as many values as rows, or more than 16 labels.
    """
    cdef Label prepared[MOST_LABELS]
    cdef Py_ssize_t room = prepare(labels, prepared, len(rows))
    room += len(rows) * (len(end.encode()) + LONGEST_NUMBER + 1)
    if field < 0:
        raise IndexError("a row has no such field")
    cdef PyObject *written = PyBytes_FromStringAndSize(NULL, room)
    cdef char *start = PyBytes_AS_STRING(written)
    try:
        room = put_lines(start, prepared, len(labels), end, rows, field) - start
        _PyBytes_Resize(&written, room)
        return <bytes>written
    finally:
        Py_XDECREF(written)
