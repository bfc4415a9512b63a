/* writes.h - the queue behind the writing half, for writable.c and destroy.c: nothing here flushes or destroys. */
#ifndef PN_PY_STREAM_WRITES_H
#define PN_PY_STREAM_WRITES_H

#include "py/stream/duplex_object.h"

/* The queue, made when there is none; NULL with MemoryError. */
struct pn_writes *pn_writes_of(PnDuplex *s);
/* Frees the queue when nothing waits in it: an idle stream has none. */
void pn_writes_tidy(PnDuplex *s);
void pn_writes_free(PnDuplex *s);
int pn_writes_traverse(PnDuplex *s, visitproc visit, void *arg);
/* `bytes` is held, or NULL: the memory is copied. -1 with MemoryError. */
int pn_writes_append(struct pn_writes *wq, PyObject *bytes, const char *base, size_t len);

/* A write with a callback, complete when all that is queued now has left; `by_tick` reserves its place in the ticks. */
int pn_writes_add_record(PnDuplex *s, PyObject *callback, bool by_tick);
/* Calls back for what is complete, in order, up to one that a tick stands for. */
void pn_writes_run_ready(PnDuplex *s);
/* What ends after this place in the queue is answered by ticks from now on. */
void pn_writes_answer_by_tick(PnDuplex *s, int64_t after);
/* callback(error) by a tick; None for NULL. */
int pn_writes_answer_soon(PnDuplex *s, PyObject *callback, PyObject *error);

/* Sends as much as the kernel takes. 1: all of it, 0: some is left, else a negative status. */
int pn_writes_send(PnDuplex *s);
/* Hands what is queued to libuv. 0, or a status. */
int pn_writes_request(PnDuplex *s);
/* The stream is being destroyed: what can be sent is sent. */
void pn_writes_try_last(PnDuplex *s);

/* Answers all pending callbacks. `first` (may be NULL: as `rest`) goes to the first one. */
void pn_writes_fail(PnDuplex *s, PyObject *first, PyObject *rest);
/* The stream is being destroyed: callbacks of end() that wait for nothing but the end are answered by a tick. */
void pn_writes_fail_end_soon(PnDuplex *s);
/* The same for what cork() holds back: no attempt was made to send it. */
void pn_writes_fail_corked_soon(PnDuplex *s);
/* What a failed write gets. New reference. */
PyObject *pn_writes_error(PnDuplex *s, int status);

/* Callbacks of the previous connection that are still pending when connect() begins the next one. */
struct pn_left_behind {
    struct pn_write_record *records; /* own */
    PyObject *on_finish;             /* own */
};
/* Takes it out of the queue; runs no code of the user's while there is memory. */
void pn_writes_leave_behind(PnDuplex *s, struct pn_left_behind *left, PyObject *error);
/* Answers it by ticks, and frees it. */
void pn_writes_answer_left(PnDuplex *s, struct pn_left_behind *left, PyObject *error);

#endif
