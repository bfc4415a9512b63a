/* frame_reader.c - the option `receive_handles`: reads frames and their descriptors, and emits `handle`.
 *
 * It reads itself, by recvmsg(), because libuv receives no descriptors on a common pipe. While no listener takes a frame
 * that has come, or the socket is paused, it reads no more: what follows stays in the kernel, with its descriptors.
 *
 * Owns: the descriptors that have been received, until their frames are delivered. Those that are left are closed when the
 *       socket is destroyed. */

#include "core/frame.h"
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/loop/uncaught.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/frames.h"
#include "uvio/fd.h"

#define MOST_UNCLAIMED 64
#define READS_A_TURN   32
#define LOST           (-1) /* in place of a descriptor that this process could not open */

struct frame_reader {
    struct pn_frames frames;
    int fds[MOST_UNCLAIMED]; /* own */
    size_t count;
    PyObject *function; /* own: of _receive_frames(); NULL: the event `handle` */
    bool in_tick;       /* a tick delivers what waits */
};

static const struct pn_reader reader;

static struct frame_reader *
reader_of(const PnDuplex *s)
{
    return s->r != NULL && s->r->reader == &reader ? s->r->reader_state : NULL;
}

bool
pn_takes_frames(const PnDuplex *s)
{
    return reader_of(s) != NULL;
}

static void
drop(struct frame_reader *o)
{
    for (size_t i = 0; i < o->count; i++) {
        if (o->fds[i] != LOST)
            pn_fd_close(o->fds[i]);
    }
    o->count = 0;
    pn_frames_clear(&o->frames);
}

/* Something takes the next frame. */
static bool
is_heard(const PnDuplex *s, const struct frame_reader *o)
{
    return !s->paused && (o->function != NULL || pn_has_listeners(&s->em, s->em.st->names.handle));
}

/* --- errors --- */

static void
fail(PnDuplex *s, const char *text)
{
    const struct pn_stream *io = s->io;
    PyObject *error = pn_duplex_error(s, "ERR_IPC_INVALID_FRAME", text);
    if (s->io == io)
        pn_duplex_destroy_steal(s, error);
    else if (error != NULL) /* re-entered: the socket has another connection */
        Py_DECREF(error);
    else
        PyErr_Clear();
}

/* An error of one frame: the socket goes on. Steals `error`; NULL: takes the exception that is set. */
static void
report(PnDuplex *s, PyObject *error)
{
    if (error == NULL)
        error = pn_take_exception();
    (void)pn_emit_cycle(&s->em, PN_CYCLE_ERROR, error);
    Py_XDECREF(error);
}

/* --- delivering --- */

/* Makes the object of the handle in Python, and emits `handle`. Takes over `fd`. */
static void
emit_handle(PnDuplex *s, int kind, PyObject *message, int fd)
{
    PyObject *module = PyImport_ImportModule("pynet._handles");
    PyObject *result =
        module != NULL ? PyObject_CallMethod(module, "received", "OiOi", (PyObject *)s, kind, message, fd) : NULL;
    if (module == NULL && fd >= 0)
        pn_fd_close(fd);
    Py_XDECREF(module);
    if (result == NULL && !PyErr_ExceptionMatches(PyExc_Exception))
        pn_uncaught(s->em.st, (PyObject *)s, NULL); /* Ctrl-C: this handle is lost */
    else if (result == NULL)
        pn_duplex_destroy_steal(s, NULL); /* not a frame of this version */
    else if (PyTuple_Check(result))
        pn_emit_args(&s->em, s->em.st->names.handle, result);
    else if (result == Py_None) /* one of several descriptors of a server */
        Py_DECREF(result);
    else
        report(s, result); /* the handle cannot be opened here */
}

/* What it raises does not concern the connection, of which the program may not even know. */
static void
call_function(PnDuplex *s, PyObject *function, const struct pn_frame *f, PyObject *message, int fd)
{
    PyObject *stack[5] = {NULL, PyLong_FromLong(f->kind), PyLong_FromLong(f->flags), message, PyLong_FromLong(fd)};
    if (stack[1] != NULL && stack[2] != NULL && stack[4] != NULL) {
        Py_INCREF(function);
        (void)pn_call(s->em.st, NULL, function, stack + 1, 4);
        Py_DECREF(function);
    }
    else {
        if (fd >= 0)
            pn_fd_close(fd);
        pn_duplex_destroy_steal(s, NULL);
    }
    Py_XDECREF(stack[1]);
    Py_XDECREF(stack[2]);
    Py_XDECREF(stack[4]);
}

static int
shift_fd(struct frame_reader *o)
{
    int fd = o->fds[0];
    o->count--;
    for (size_t i = 0; i < o->count; i++)
        o->fds[i] = o->fds[i + 1];
    return fd;
}

static void
deliver_one(PnDuplex *s, struct frame_reader *o)
{
    struct pn_frame f;
    if (pn_frames_take(&o->frames, &f) < 0) {
        fail(s, "What has come is no frame: does the peer send with send_handle()?");
        return;
    }
    bool has_fd = (f.flags & PN_FRAME_HAS_FD) != 0;
    if (has_fd && o->count == 0) {
        fail(s, "A frame came without its descriptor");
        return;
    }
    int fd = has_fd ? shift_fd(o) : -1;
    PyObject *message = PyBytes_FromStringAndSize(f.message, (Py_ssize_t)f.len);
    if (message == NULL) {
        if (fd >= 0)
            pn_fd_close(fd);
        pn_duplex_destroy_steal(s, NULL);
    }
    else if (o->function != NULL)
        call_function(s, o->function, &f, message, fd);
    else if (has_fd && fd == LOST)
        report(s, pn_duplex_uv_error(s, UV_EMFILE, "recvmsg"));
    else
        emit_handle(s, f.kind, message, fd);
    Py_XDECREF(message);
}

static void deliver_tick(PnState *st, PyObject *self, void *arg);

static void
deliver_soon(PnDuplex *s, struct frame_reader *o)
{
    if (o->in_tick)
        return;
    o->in_tick = true;
    if (pn_tick(s->em.st, deliver_tick, (PyObject *)s, NULL) < 0) {
        o->in_tick = false;
        pn_duplex_destroy_steal(s, NULL);
    }
}

/* Delivers the whole frames. False: the connection `io` is over, or what is left must wait. */
static bool
deliver(PnDuplex *s, const struct pn_stream *io)
{
    struct frame_reader *o;
    while ((o = reader_of(s)) != NULL && s->io == io && io != NULL) {
        if (!pn_frames_ready(&o->frames)) {
            if (o->count == 0 || (o->count == 1 && pn_frames_begun_with_fd(&o->frames)))
                return true;
            fail(s, "More descriptors came than frames have");
            return false;
        }
        if (s->em.st->loop->halted) { /* run() has to raise first */
            deliver_soon(s, o);
            return false;
        }
        if (!is_heard(s, o)) {
            pn_stream_read_stop(s->io);
            s->reading = 0;
            return false;
        }
        deliver_one(s, o);
    }
    return false;
}

static void
deliver_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    struct frame_reader *o = reader_of(s);
    (void)st;
    (void)arg;
    if (o == NULL)
        return;
    o->in_tick = false;
    (void)deliver(s, s->io);
}

/* --- reading --- */

static void
at_end(PnDuplex *s, const struct frame_reader *o)
{
    pn_stream_read_stop(s->io);
    s->reading = 0;
    if (pn_frames_begun(&o->frames))
        fail(s, "The connection has ended within a frame");
    else
        pn_readable_eof(s);
}

/* False: there are too many. */
static bool
keep_fds(struct frame_reader *o, const struct pn_fds *fds)
{
    for (size_t i = 0; i < fds->count; i++) {
        if (o->count < MOST_UNCLAIMED)
            o->fds[o->count++] = fds->fd[i];
        else
            pn_fd_close(fds->fd[i]);
    }
    if (fds->lost && o->count < MOST_UNCLAIMED)
        o->fds[o->count++] = LOST;
    return o->count < MOST_UNCLAIMED;
}

/* Reads once. False: there is nothing to read, or reading is over. */
static bool
read_once(PnDuplex *s, struct frame_reader *o)
{
    struct pn_fds fds;
    size_t len;
    char *base = pn_frames_space(&o->frames, &len);
    if (base == NULL) {
        PyErr_NoMemory();
        pn_duplex_destroy_steal(s, NULL);
        return false;
    }
    ssize_t n = pn_stream_recv_fds(s->io, base, len, &fds);
    if (n == UV_EAGAIN)
        return false;
    if (n < 0) {
        pn_stream_read_stop(s->io);
        pn_duplex_read_failed(s, (int)n);
        return false;
    }
    if (n == 0) {
        at_end(s, o);
        return false;
    }
    s->bytes_read += (size_t)n;
    pn_frames_stored(&o->frames, (size_t)n);
    if (keep_fds(o, &fds))
        return true;
    fail(s, "Too many descriptors came at once");
    return false;
}

static void
frame_readable(PnDuplex *s)
{
    const struct pn_stream *io = s->io;
    struct frame_reader *o;
    for (int i = 0; i < READS_A_TURN && deliver(s, io) && io->reading && (o = reader_of(s)) != NULL; i++) {
        if (!read_once(s, o))
            return;
    }
    (void)deliver(s, io);
}

/* --- struct pn_reader --- */

static bool
frame_prepare(PnDuplex *s)
{
    struct frame_reader *o = reader_of(s);
    if (!pn_frames_ready(&o->frames))
        return true;
    if (!is_heard(s, o))
        return false;
    deliver_soon(s, o); /* it comes before what is read */
    return !s->destroyed;
}

static bool
frame_needs_call(const PnDuplex *s)
{
    (void)s;
    return false;
}

static void
frame_alloc(PnDuplex *s, char **base, size_t *len)
{
    (void)s;
    *base = NULL;
    *len = 0;
}

static void
frame_data(PnDuplex *s, size_t len)
{
    (void)s;
    (void)len;
}

static void
frame_release(PnDuplex *s)
{
    drop(reader_of(s));
}

static void
frame_free(void *state)
{
    struct frame_reader *o = state;
    drop(o);
    Py_XDECREF(o->function);
    PyMem_RawFree(o);
}

static int
frame_traverse(PnDuplex *s, visitproc visit, void *arg)
{
    Py_VISIT(reader_of(s)->function);
    return 0;
}

static const struct pn_reader reader = {
    .prepare = frame_prepare,
    .needs_call = frame_needs_call,
    .alloc = frame_alloc,
    .data = frame_data,
    .readable = frame_readable,
    .release = frame_release,
    .free = frame_free,
    .traverse = frame_traverse,
};

/* --- setting it --- */

int
pn_frame_reader_set(PnDuplex *s)
{
    struct frame_reader *o = PyMem_RawCalloc(1, sizeof(*o));
    if (o == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (pn_reads_of(s) == NULL) {
        PyMem_RawFree(o);
        return -1;
    }
    pn_readable_set_reader(s, &reader, o);
    return 0;
}

int
pn_frame_reader_heard(PnDuplex *s)
{
    if (reader_of(s) == NULL || s->io == NULL || !s->connected || s->paused || s->reading)
        return 0;
    pn_readable_poll(s);
    return pn_driver_ensure(s->em.st);
}

PyObject *
pn_receive_frames(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_receive_frames(sock, function)");
    if (!PN_IS_DUPLEX(st, args[0]))
        return pn_raise_arg_type("sock", "an instance of Socket", args[0]);
    PnDuplex *s = PN_DUPLEX(args[0]);
    if (pn_check_alive(&s->em) < 0 || pn_check_callable(st, args[1], "function") < 0)
        return NULL;
    struct frame_reader *o = reader_of(s);
    if (o == NULL)
        return pn_raise_arg_value("sock", "must have been made with receive_handles=True", args[0]);
    Py_XSETREF(o->function, Py_NewRef(args[1]));
    if (pn_frame_reader_heard(s) < 0)
        return NULL;
    Py_RETURN_NONE;
}
