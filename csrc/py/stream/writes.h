/* writes.h - the write queue and its callbacks, for writable.c and destroy.c: nothing here flushes or destroys. */
#ifndef PN_PY_STREAM_WRITES_H
#define PN_PY_STREAM_WRITES_H

#include "py/stream/duplex_object.h"

/* The queue, allocated on demand; NULL with MemoryError. */
struct pn_writes *pn_writes_of(PnDuplex *s);
/* Frees the queue when nothing waits in it: an idle stream has none. */
void pn_writes_tidy(PnDuplex *s);
void pn_writes_free(PnDuplex *s);
int pn_writes_traverse(PnDuplex *s, visitproc visit, void *arg);
/* Appends; takes a reference to `bytes`, or copies the memory when it is NULL. 0, or -1 with MemoryError. */
int pn_writes_append(struct pn_writes *wq, PyObject *bytes, const char *base, size_t len);
/* The bytes object that a chunk of the queue holds; NULL: it holds a copy. Borrowed. */
PyObject *pn_writes_bytes_of(const struct pn_chunk *chunk);
/* The next byte that is appended leaves with this descriptor, which is closed then. 0, or -1 with MemoryError. */
int pn_writes_append_fd(PnState *st, struct pn_writes *wq, int fd);
/* The write that the last descriptor belongs to has failed, before any of it could leave: takes both back. */
void pn_writes_cut_fd(struct pn_writes *wq);

/* Adds the record of a write with a callback: complete when all that is queued now has left. `by_tick` reserves its
 * place in the ticks. */
int pn_writes_add_record(PnDuplex *s, PyObject *callback, bool by_tick);
/* Calls the callbacks of complete writes in order, up to the first that has a tick queued. */
void pn_writes_run_ready(PnDuplex *s);
/* A tick calls the callbacks of the writes that have left, or of all but the early ones. */
void pn_writes_answer_by_tick(PnDuplex *s, bool but_early);
/* The empty writes that were held back leave now: all, or only the early ones. */
void pn_writes_release(PnDuplex *s, bool early);
/* Calls all callbacks of a list (may be NULL) with the error, or None for NULL; releases the list. */
void pn_writes_call_all(PnDuplex *s, PyObject *callbacks, PyObject *error);
/* Calls callback(error) by a tick, with None for NULL. 0, or -1 with MemoryError. */
int pn_writes_answer_soon(PnDuplex *s, PyObject *callback, PyObject *error);

/* Sends as much as the kernel accepts. 1: all of it, 0: some is left, else a negative status. */
int pn_writes_send(PnDuplex *s);
/* Passes the queued data to libuv. 0, or a status. */
int pn_writes_request(PnDuplex *s);
/* So many bytes have left. */
void pn_writes_left(struct pn_writes *wq, size_t bytes);
/* How many bytes at the front of the queue may leave: all, or while corked those written before cork(). */
size_t pn_writes_unheld(const PnDuplex *s);
/* The stream is being destroyed: sends what the kernel accepts now. */
void pn_writes_try_last(PnDuplex *s);

/* Empties the queue and calls all pending callbacks: that of the first write with `first` (NULL: as `rest`), the others
 * with `rest`. */
void pn_writes_fail(PnDuplex *s, PyObject *first, PyObject *rest);
/* Whether pn_writes_fail() would call one: a callback that it called has written. */
bool pn_writes_to_fail(const PnDuplex *s);
/* Node's errorBuffer(): calls the callbacks of what waits, and of end(), unless a write is under way. The error is that of
 * the stream, or ERR_STREAM_DESTROYED. */
void pn_writes_fail_unsent(PnDuplex *s);
/* Empties the queue. A new list of the callbacks; NULL with MemoryError. */
PyObject *pn_writes_take_callbacks(PnDuplex *s);
/* The stream is being destroyed: a tick calls the callbacks of end() if no data is queued in front of the end. */
void pn_writes_fail_end_soon(PnDuplex *s);
/* As pn_writes_fail_end_soon(), for callbacks of corked writes: no attempt was made to send them. */
void pn_writes_fail_corked_soon(PnDuplex *s);
/* The error of a failed write. New reference. */
PyObject *pn_writes_error(PnDuplex *s, int status);

/* Callbacks of the previous connection that are still pending when connect() begins the next one. */
struct pn_left_behind {
    struct pn_write_record *records; /* own */
    PyObject *on_finish;             /* own */
};
/* Moves them out of the queue; runs no user code unless memory runs out. */
void pn_writes_leave_behind(PnDuplex *s, struct pn_left_behind *left, PyObject *error);
/* Calls them by ticks, and frees them. */
void pn_writes_answer_left(PnDuplex *s, struct pn_left_behind *left, PyObject *error);

#endif
