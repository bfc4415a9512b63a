/* duplex.h - the two halves of a stream: reading, writing, pipes, the idle timer, destroying.
 *
 *   duplex_object.h     struct PnDuplex, and what the type above it adds
 *   duplex_events.c     what the handle reports: bytes, completions; where a chunk goes
 *   readable.c          the reading half: flowing and paused, `data`, `readable`, `end`; when reading stops
 *   readable_methods.c  read(), unshift(), set_encoding(): their arguments
 *   onread.c            reading into the user's own buffer
 *   framing.c           read_until(), read_exactly(): finding a message in what has been read
 *   read_queue.c        what has been read and not consumed
 *   decoder.c           str out of bytes; encoding.c: bytes out of str
 *   writable.c          the writing half: gathering, `drain`, `finish`, end()
 *   writable_methods.c  write(), writelines(), end(), cork(): their arguments
 *   writes.c            the queue behind it, and the callbacks that wait in it
 *   early.c             what is written before the connection is there
 *   pipe.c              pipe(): the flow between two streams, in C
 *   pipe_object.c       pipe() to anything with a write(); pipe_type.c: the Pipe object; pipe_methods.c: pipe(), unpipe()
 *   idle.c              set_timeout()
 *   destroy.c           destroy(): `error`, `close`, the callbacks that are still pending */
#ifndef PN_PY_STREAM_DUPLEX_H
#define PN_PY_STREAM_DUPLEX_H

#include "py/stream/duplex_object.h"

/* --- duplex_events.c --- */
/* For struct pn_stream_events of the type above. */
void pn_duplex_on_alloc(struct pn_stream *io, char **base, size_t *len);
void pn_duplex_on_read(struct pn_stream *io, ssize_t nread, char *base);
void pn_duplex_on_written(struct pn_stream *io, int status);
void pn_duplex_on_shutdown(struct pn_stream *io, int status);
/* The turn of the early write among the listeners of `connect` or `close` has come. */
void pn_duplex_run_early(PnDuplex *s, PyObject *name);

/* --- destroy.c --- */
void pn_duplex_destroy(PnDuplex *s, PyObject *error);
void pn_duplex_destroy_steal(PnDuplex *s, PyObject *error); /* NULL: takes the exception that is set */
/* destroy() when both halves are done: Node's autoDestroy. */
void pn_duplex_maybe_destroy(PnDuplex *s);
/* `close`, now as a tick, or by the next one. */
void pn_duplex_close_tick(PnState *st, PyObject *self, void *arg);
void pn_duplex_close_soon(PnDuplex *s);
/* Answers the callbacks that are still pending in the queue of a destroyed stream. */
void pn_duplex_fail_writes(PnDuplex *s);
/* What such callbacks get. New reference; NULL only when there is no memory for anything. */
PyObject *pn_duplex_cancelled_error(PnDuplex *s);

/* --- readable.c --- */
#define PN_READ_ALL SIZE_MAX
/* A chunk has come: it is kept, or emitted at once. */
void pn_readable_keep(PnDuplex *s, char *base, size_t len);
void pn_readable_emit_chunk(PnDuplex *s, char *base, size_t len);
void pn_readable_eof(PnDuplex *s);
/* Node's read(0): asks for more when there is room, emits `readable` for what is there. */
void pn_readable_poll(PnDuplex *s);
/* The connection is there: starts reading if read() was called or the stream is not paused. */
void pn_readable_connected(PnDuplex *s);
/* Node's read(n) without its `data`: the first `n` bytes or characters, or with PN_READ_ALL the first chunk. New
 * reference; NULL when there is not so much, or with an exception. */
PyObject *pn_readable_take(PnDuplex *s, size_t n);
/* `data` from a method: at once inside a listener, else by a tick. 0, or -1 with an exception. */
int pn_readable_emit_data(PnDuplex *s, PyObject *data);
/* A chunk is put back, or in front. 0, or -1 with an exception. */
int pn_readable_unshift(PnDuplex *s, PyObject *data);
void pn_readable_resume(PnDuplex *s);
int pn_readable_pause(PnDuplex *s);
void pn_readable_data_listener(PnDuplex *s);    /* one has been added */
int pn_readable_readable_listener(PnDuplex *s); /* the same */
/* A listener was removed; for all of all events `name` is that of `readable`. */
void pn_readable_listener_gone(PnDuplex *s, PyObject *name);
bool pn_readable_is_paused(const PnDuplex *s);
size_t pn_readable_length(const PnDuplex *s);
bool pn_readable_open(const PnDuplex *s);  /* Node's `readable` */
struct pn_reads *pn_reads_of(PnDuplex *s); /* made when needed; NULL with MemoryError */
void pn_reads_tidy(PnDuplex *s);
void pn_reads_free(PnDuplex *s);
/* connect() again: what was read is forgotten, what was set stays. */
void pn_reads_reset(PnDuplex *s);

/* --- readable_methods.c --- */
PyObject *pn_duplex_read_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_unshift_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_set_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
int pn_readable_set_encoding(PnDuplex *s, enum pn_encoding encoding);
extern const char pn_read_doc[], pn_unshift_doc[], pn_set_encoding_doc[];

/* --- onread.c --- */
/* The option `onread`: checked and kept. 0, or -1 with an exception. */
int pn_onread_set(PnDuplex *s, PyObject *option);
void pn_onread_alloc(PnDuplex *s, char **base, size_t *len);
void pn_onread_data(PnDuplex *s, size_t len);
void pn_onread_free(PnDuplex *s);
int pn_onread_traverse(PnDuplex *s, visitproc visit, void *arg);

/* --- writable.c --- */
/* Writes; `bytes` (may be NULL) is the exact bytes object that holds the memory. 1: below the mark, 0: wait for drain,
 * -1 with an exception (out of memory). */
int pn_writable_write(PnDuplex *s, PyObject *bytes, const char *base, size_t len, PyObject *callback);
/* What is left of a chunk that was sent at once; `sent` as pn_stream_try_write() gave it. As pn_writable_write(). */
int pn_writable_rest(PnDuplex *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback);
/* end(data) too late: the error, then the callback. */
int pn_writable_refuse_end(PnDuplex *s, PyObject *callback);
int pn_writable_end(PnDuplex *s, PyObject *callback);
/* What write() answers; need_drain is set. `callback` (may be NULL) is the write's. */
int pn_writable_below_mark(PnDuplex *s, PyObject *callback);
int pn_writable_uncork(PnDuplex *s); /* one cork() less; 0, or -1 with MemoryError */
void pn_writable_flush(PnDuplex *s);
/* All streams that have gathered writes: st->hooks->flush. */
void pn_writable_flush_gathered(PnState *st);
void pn_writable_written(PnDuplex *s, int status);
void pn_writable_shutdown_done(PnDuplex *s, int status);
void pn_writable_connected(PnDuplex *s);
void pn_writable_maybe_finish(PnDuplex *s);
/* Node's destroySoon(): end() when it is open, destroy() when everything has been written. */
void pn_writable_destroy_soon(PnDuplex *s);
bool pn_writable_open(const PnDuplex *s); /* Node's `writable` */
size_t pn_writable_length(const PnDuplex *s);

/* --- writable_methods.c --- */
PyObject *pn_duplex_write_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_writelines_method(PyObject *op, PyObject *lines);
PyObject *pn_duplex_end_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_cork_method(PyObject *op, PyObject *unused);
PyObject *pn_duplex_uncork_method(PyObject *op, PyObject *unused);
PyObject *pn_duplex_set_default_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs,
                                                PyObject *kwnames);
extern const char pn_write_doc[], pn_writelines_doc[], pn_cork_doc[], pn_uncork_doc[], pn_end_doc[],
    pn_set_default_encoding_doc[];

/* --- early.c --- */
/* The first write before the connection, which is queued. 0, or -1 with MemoryError. */
int pn_early_begin(PnDuplex *s);
void pn_early_forget(PnDuplex *s);
/* Removes its markers from the lists of listeners. */
void pn_early_unmark(PnDuplex *s);
/* The markers: as functions they do nothing. */
PyObject *pn_early_marker(PyObject *module, PyObject *args);

/* --- pipe.c --- */
/* What listens to `data` is the pipes, in their order, and nothing else. */
bool pn_pipe_only(const PnDuplex *s);
/* Then: a chunk to all of them. */
void pn_pipe_data(PnDuplex *s, const char *base, size_t len);
/* The way of a chunk when nothing else is to be done with it; false: it is not that simple now. */
bool pn_pipe_fast(PnDuplex *s, const char *base, size_t len);
/* For struct pn_duplex_ops of the type above. */
void pn_pipe_source_ended(PnDuplex *s);
void pn_pipe_dest_drained(PnDuplex *s);
void pn_pipe_dest_gone(PnDuplex *s);
/* Its pipes do not lead to it any more. */
void pn_pipe_cut(PnDuplex *s);
void pn_pipe_free(PnDuplex *s);
int pn_pipe_traverse(PnDuplex *s, visitproc visit, void *arg);

/* --- pipe_methods.c --- */
PyObject *pn_duplex_pipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_unpipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs);
extern const char pn_pipe_doc[], pn_unpipe_doc[];

/* --- idle.c --- */
PyObject *pn_duplex_set_timeout_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_get_timeout(PyObject *op, void *closure);
void pn_idle_touch_slow(PnDuplex *s);
void pn_idle_stop(PnDuplex *s);
void pn_idle_free(PnDuplex *s);
int pn_idle_set(PnDuplex *s, double ms);
extern const char pn_set_socket_timeout_doc[];

/* Something happened on the stream: its idle time starts anew. */
static inline void
pn_idle_touch(PnDuplex *s)
{
    if (s->idle != NULL)
        pn_idle_touch_slow(s);
}

#endif
