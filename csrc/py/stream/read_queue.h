/* read_queue.h - the queue of what has been read and not consumed: bytes objects, or str objects after
 * set_encoding(). */
#ifndef PN_PY_STREAM_READ_QUEUE_H
#define PN_PY_STREAM_READ_QUEUE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

/* A chunk whose first `offset` bytes or characters have been consumed; the rest is never empty. */
struct pn_read_chunk {
    PyObject *data; /* own: exact bytes, or str */
    size_t offset;
};

struct pn_read_queue {
    struct pn_read_chunk *ring; /* own */
    size_t head, count;
    size_t capacity; /* a power of two, or 0 */
    size_t length;   /* of all that is left, in bytes or characters */
};

void pn_read_queue_clear(struct pn_read_queue *q);
/* Takes a reference to `data`, which must not be empty. 0, or -1 with MemoryError. */
int pn_read_queue_push(struct pn_read_queue *q, PyObject *data);
int pn_read_queue_unshift(struct pn_read_queue *q, PyObject *data);
/* Takes what is left of the first chunk. The queue must not be empty. New reference, or NULL with MemoryError: the
 * queue is unchanged in that case. */
PyObject *pn_read_queue_shift(struct pn_read_queue *q);
/* Takes the first `n` <= length bytes or characters, n > 0. Returns as pn_read_queue_shift(). */
PyObject *pn_read_queue_take(struct pn_read_queue *q, size_t n);
/* The same, and leaves them in the queue. */
PyObject *pn_read_queue_peek(const struct pn_read_queue *q, size_t n);
/* The end of the first `separator`, of the type of the chunks, that starts at or after `from` bytes or characters; -1
 * when there is none, -2 with MemoryError. */
Py_ssize_t pn_read_queue_find(const struct pn_read_queue *q, PyObject *separator, size_t from);

#endif
