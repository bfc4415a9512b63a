/* duplex.h - the two halves of a stream: reading, writing, pipes, the idle timer, destroying.
 *
 *   duplex_object.h     struct PnDuplex, and the operations that its subtype adds
 *   duplex_events.c     handles the events of the handle: bytes, completions; decides where a chunk goes
 *   duplex_errors.c     makes the errors of a stream, which name its peer
 *   readable.c          the reading half: flowing and paused, `data`, `readable`, `end`; starts and stops reading
 *   data_event.c        emits `data`
 *   readable_methods.c  read(), unshift(), set_encoding(): parses their arguments
 *   onread.c            the option `onread`: reads into a buffer of the user
 *   frame_reader.c      the option `receive_handles`: frames with descriptors; frame_writer.c sends them
 *   framing.c           read_until(), read_exactly(): finds a message in what has been read
 *   read_slot.c         the threads and tasks that wait to read, in their order; read_exactly(), read_until()
 *   read_direct.c       a thread that waits to read from a socket reads it itself
 *   read_loop.c         loops over chunks and lines
 *   read_queue.c        the queue of chunks that have been read and not consumed
 *   reads.c             struct pn_reads: what a stream has read and not consumed
 *   read_bytes.h        allocates the bytes objects of reads, and reuses them
 *   decoder.c           decodes bytes to str; encoding.c and encode_strictly.c encode str to bytes
 *   writable.c          the writing half: gathers writes, decides when `drain` and `finish` are emitted; end()
 *   writable_methods.c  write(), writelines(), end(), cork(): parses their arguments
 *   flushed.c           notices when the kernel has taken what was written
 *   writes.c            the write queue, and the callbacks of its writes
 *   early.c             writes before the connection is established
 *   pipe.c              pipe() between two sockets, in C; pipe_object.c: pipe() to any object with a write()
 *   pipe_type.c         the Pipe object; pipe_methods.c: pipe(), unpipe()
 *   idle.c              set_timeout(), set_read_timeout(): count the idle time, emit `timeout`
 *   destroy.c           destroy(): emits `error` and `close`, calls the callbacks that are still pending */
#ifndef PN_PY_STREAM_DUPLEX_H
#define PN_PY_STREAM_DUPLEX_H

#include "py/stream/duplex_object.h"

/* --- duplex_events.c --- */
/* Members of struct pn_stream_events, for the table of the subtype. */
void pn_duplex_on_alloc(struct pn_stream *io, char **base, size_t *len);
void pn_duplex_on_read(struct pn_stream *io, ssize_t nread, char *base);
/* So many bytes for the reading half: what a filter has made of what was read. */
void pn_duplex_deliver(PnDuplex *s, char *base, size_t len);
void pn_duplex_on_readable(struct pn_stream *io);
void pn_duplex_on_written(struct pn_stream *io, int status);
void pn_duplex_on_shutdown(struct pn_stream *io, int status);
/* Emitting `connect` or `close` has reached the marker of the early write (early.c). */
void pn_duplex_run_early(PnDuplex *s, PyObject *name);

/* --- destroy.c --- */
void pn_duplex_destroy(PnDuplex *s, PyObject *error);
void pn_duplex_destroy_steal(PnDuplex *s, PyObject *error); /* NULL: takes the exception that is set */
void pn_duplex_read_failed(PnDuplex *s, int status);        /* reading from the handle has failed */
/* Destroys the stream if both halves have ended: Node's autoDestroy. */
void pn_duplex_maybe_destroy(PnDuplex *s);
/* Emits `close`: pn_duplex_close_now() at once, pn_duplex_close_soon() by a tick. `tag` is that of the handle. */
void pn_duplex_close_now(PnDuplex *s, uint32_t tag);
void pn_duplex_close_soon(PnDuplex *s, uint32_t tag);
/* What a `close` needs to know: the connection that it belongs to, and whether that has failed. */
static inline uint32_t pn_duplex_close_tag(const PnDuplex *s, bool failed);
/* Emits `finish` if it is due: before `close`, in any case. `current`: not that of an earlier connection. */
void pn_duplex_finish(PnDuplex *s, bool current);
/* Calls the callbacks that are still pending in the queue of a destroyed stream. */
void pn_duplex_fail_writes(PnDuplex *s);
/* A listener of `connect` has destroyed the stream before the early writes could leave: calls their callbacks. */
void pn_duplex_fail_early(PnDuplex *s);
/* The error that such callbacks get. New reference; NULL only when there is no memory for any exception. */
PyObject *pn_duplex_cancelled_error(PnDuplex *s);

/* --- readable.c --- */
#define PN_READ_ALL SIZE_MAX
/* A chunk was read: the first function queues it (decoded text may be emitted), the second emits it at once. */
void pn_readable_keep(PnDuplex *s, char *base, size_t len);
void pn_readable_emit_chunk(PnDuplex *s, char *base, size_t len);
void pn_readable_eof(PnDuplex *s);
/* The reader takes over, with its state, which it owns. s->r exists. */
void pn_readable_set_reader(PnDuplex *s, const struct pn_reader *reader, void *state);
/* Node's read(0): starts reading when the queue has room, emits `readable` or `end` when it is due. */
void pn_readable_poll(PnDuplex *s);
/* set_encoding() has decoded the queue; `more`: what the decoder before held came to it. Goes on when it is empty now,
 * emits what came to it. */
void pn_readable_decoded_anew(PnDuplex *s, bool more);
/* The connection is established: starts reading if read() was called or the stream is not paused. */
void pn_readable_connected(PnDuplex *s);
/* Node's read(n), but emits no `data`: returns the first `n` bytes or characters, or with PN_READ_ALL the first chunk.
 * New reference; NULL without an exception when the queue has less, or NULL with an exception. */
PyObject *pn_readable_take(PnDuplex *s, size_t n);
/* Puts a chunk in front of the queue, or emits it when the stream flows. 0, or -1 with an exception. */
int pn_readable_unshift(PnDuplex *s, PyObject *data);
void pn_readable_resume(PnDuplex *s);
int pn_readable_pause(PnDuplex *s);
void pn_readable_data_listener(PnDuplex *s);    /* a `data` listener was added */
int pn_readable_readable_listener(PnDuplex *s); /* a `readable` listener was added; 0, or -1 with an exception */
/* A listener of the event `name` was removed; when all listeners of all events were, `name` is `readable`. */
void pn_readable_listener_gone(PnDuplex *s, PyObject *name);

/* --- data_event.c --- */
/* Emits `data` from a method: at once inside a listener, else by a tick. 0, or -1 with an exception. */
int pn_readable_emit_data(PnDuplex *s, PyObject *data);

/* --- reads.c --- */
struct pn_reads *pn_reads_of(PnDuplex *s); /* allocated on demand; NULL with MemoryError */
/* Frees s->r when it holds nothing. */
void pn_reads_tidy(PnDuplex *s);
void pn_reads_free(PnDuplex *s);
void pn_reads_drop_reader(PnDuplex *s);
/* For another connect(): drops what was read, keeps the settings. */
void pn_reads_reset(PnDuplex *s);
size_t pn_readable_length(const PnDuplex *s);
bool pn_readable_is_paused(const PnDuplex *s);
bool pn_readable_open(const PnDuplex *s); /* Node's `readable` */

/* --- readable_methods.c --- */
PyObject *pn_duplex_read_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_unshift_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_set_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
int pn_readable_set_encoding(PnDuplex *s, enum pn_encoding encoding, bool strict);
/* Encodes text that is written without an encoding. New reference; NULL with an exception. */
PyObject *pn_duplex_encode_default(PnDuplex *s, PyObject *text);
extern const char pn_read_doc[], pn_unshift_doc[], pn_set_encoding_doc[];

/* --- onread.c --- */
/* Checks and stores the option `onread`. 0, or -1 with an exception. */
int pn_onread_set(PnDuplex *s, PyObject *option);

/* --- writable.c --- */
/* Writes `len` bytes at `base`; `bytes` (may be NULL) is the exact bytes object that holds this memory. 1: below the
 * mark, 0: wait for `drain`, -1 with an exception (out of memory). */
int pn_writable_write(PnDuplex *s, PyObject *bytes, const char *base, size_t len, PyObject *callback);
/* The same with a descriptor beside the bytes, which it takes over: it is closed when it has left, or never will. The
 * stream is a unix socket that is open for writing. */
int pn_writable_write_fd(PnDuplex *s, PyObject *bytes, int fd, PyObject *callback);
/* Queues the rest of a chunk of which pn_stream_try_write() has sent `sent`. Returns as pn_writable_write(). */
int pn_writable_rest(PnDuplex *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback);
/* end(data) after end() or destroy(): destroys the stream with the error, then queues the callback. */
int pn_writable_refuse_end(PnDuplex *s, PyObject *callback);
int pn_writable_end(PnDuplex *s, PyObject *callback);
/* The result of write(), as pn_writable_write(); sets need_drain for 0. `callback` (may be NULL): that of the write. */
int pn_writable_below_mark(PnDuplex *s, PyObject *callback);
void pn_writable_cork(PnDuplex *s);
int pn_writable_uncork(PnDuplex *s); /* undoes one cork(); 0, or -1 with MemoryError */
void pn_writable_flush(PnDuplex *s);
/* Flushes all streams that have gathered writes: st->hooks->flush. */
void pn_writable_flush_gathered(PnState *st);
void pn_writable_written(PnDuplex *s, int status);
/* A filter has taken everything that was queued: a tick calls the callbacks that nothing else calls, emits `drain` and
 * finishes, where one is due. */
void pn_writable_settle_soon(PnDuplex *s);
/* Sending has failed: a tick calls the callbacks with the error, and destroys the stream. */
void pn_writable_fail_soon(PnDuplex *s, int status);
void pn_writable_shutdown_done(PnDuplex *s, int status);
void pn_writable_connected(PnDuplex *s);
void pn_writable_maybe_finish(PnDuplex *s);
/* Node's destroySoon(): end() if the writable side is open, then destroy() when everything has been written. */
void pn_writable_destroy_soon(PnDuplex *s);
bool pn_writable_open(const PnDuplex *s); /* Node's `writable` */
size_t pn_writable_length(const PnDuplex *s);

/* --- writable_methods.c --- */
/* After a write from outside of callbacks: the loop may need a driver now. 0, or -1 with an exception. */
int pn_duplex_after_write(PnDuplex *s);
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
/* The first write before the connection is in the queue: adds the markers. 0, or -1 with MemoryError. */
int pn_early_begin(PnDuplex *s);
void pn_early_forget(PnDuplex *s);
/* Removes the markers from the lists of listeners. */
void pn_early_unmark(PnDuplex *s);
/* The function behind the markers; it does nothing when called. */
PyObject *pn_early_marker(PyObject *module, PyObject *args);

/* --- pipe.c --- */
/* True when the `data` listeners are exactly the pipes, in their order. */
bool pn_pipe_only(const PnDuplex *s);
/* In that case: gives a chunk to all of them. */
void pn_pipe_data(PnDuplex *s, const char *base, size_t len);
/* The fast path: writes a chunk to `fast_dest`, and does nothing else. False: the chunk needs the normal path. */
bool pn_pipe_fast(PnDuplex *s, const char *base, size_t len);
/* Members of struct pn_duplex_ops, for the table of the subtype. */
void pn_pipe_source_ended(PnDuplex *s);
void pn_pipe_dest_drained(PnDuplex *s);
void pn_pipe_dest_finishing(PnDuplex *s);
void pn_pipe_dest_gone(PnDuplex *s);
/* Clears the borrowed `source` of the pipes out of this stream, which is being freed. */
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
int pn_duplex_set_timeout(PyObject *op, PyObject *value, void *closure);
PyObject *pn_duplex_set_read_timeout_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_get_read_timeout(PyObject *op, void *closure);
void pn_idle_touch_slow(PnDuplex *s);
void pn_idle_touch_read_slow(PnDuplex *s);
void pn_idle_end(PnDuplex *s);
void pn_idle_free(PnDuplex *s);
int pn_idle_set(PnDuplex *s, double ms);
extern const char pn_set_socket_timeout_doc[], pn_set_read_timeout_doc[];

static inline uint32_t
pn_duplex_close_tag(const PnDuplex *s, bool failed)
{
    return (uint32_t)s->em.connection << 1 | (failed ? 1 : 0);
}

/* There was activity on the stream: its idle time starts again. */
static inline void
pn_idle_touch(PnDuplex *s)
{
    if (s->idle != NULL)
        pn_idle_touch_slow(s);
}

/* The peer has sent something. */
static inline void
pn_idle_touch_read(PnDuplex *s)
{
    if (s->idle != NULL)
        pn_idle_touch_read_slow(s);
}

#endif
