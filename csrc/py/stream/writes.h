/* writes.h - the queue behind a socket's writing half, for writable.c. */
#ifndef PN_PY_STREAM_WRITES_H
#define PN_PY_STREAM_WRITES_H

#include "py/socket/socket.h"

/* The queue, made when there is none; NULL with MemoryError. */
struct pn_writes *pn_writes_of(PnSocket *s);
/* Frees the queue when nothing waits in it: an idle socket has none. */
void pn_writes_tidy(PnSocket *s);
/* `bytes` is held, or NULL: the memory is copied. -1 with MemoryError. */
int pn_writes_append(struct pn_writes *wq, PyObject *bytes, const char *base, size_t len);

/* A write with a callback, complete when all that is queued now has left; `by_tick` reserves its place in the ticks. */
int pn_writes_add_record(PnSocket *s, PyObject *callback, bool by_tick);
/* Calls back for what is complete, in order, up to one that a tick stands for. */
void pn_writes_run_ready(PnSocket *s);
/* What ends after this place in the queue is answered by ticks from now on. */
void pn_writes_answer_by_tick(PnSocket *s, int64_t after);
/* callback(error) by a tick; None for NULL. */
int pn_writes_answer_soon(PnSocket *s, PyObject *callback, PyObject *error);

/* Hands what is queued to libuv. */
void pn_writes_request(PnSocket *s);
/* To be flushed when the call out of the loop ends. */
void pn_writes_gather(PnSocket *s);
/* A write failed: its callback and those after it, then the socket; now (steals the error), or by a tick. */
void pn_writes_failed(PnSocket *s, PyObject *error);
void pn_writes_fail_soon(PnSocket *s, int status);
PyObject *pn_writes_error(PnSocket *s, int status);

#endif
