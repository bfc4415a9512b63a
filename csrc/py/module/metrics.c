/* metrics.c - metrics(): what the loop has done since the start of the process; _loop_times() and _turn_now(): how long it
 * has waited and run, for pynet/_observe.py and _blocked.py. They change nothing, and start nothing. */
#include "py/events/emitter.h"
#include "py/module/functions.h"
#include "py/server/server.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "uvio/handles.h"

/* The owner of a connection that waits for its PROXY header is the server. */
static void
add_bytes(struct pn_stream *io, void *arg)
{
    struct pn_counters *n = arg;
    const PnDuplex *s = io->events == &pn_socket_stream_events ? io->owner : NULL;
    if (s == NULL || s->io != io || s->destroyed || !s->connected)
        return;
    n->bytes_read += s->bytes_read;
    n->bytes_written += s->bytes_written;
}

struct look {
    double idle, active, longest; /* ns */
};

static struct look
look_at(PnState *st)
{
    uint64_t idle = 0, active = 0, longest = 0;
    if (st->loop != NULL)
        pn_times_look(&st->loop->times, uv_hrtime(), &idle, &active, &longest);
    return (struct look){(double)idle, (double)active, (double)longest};
}

PyObject *
pn_loop_times(PyObject *module, PyObject *unused)
{
    (void)unused;
    struct look t = look_at(pn_state_of_module(module));
    return Py_BuildValue("dd", t.idle / 1e6, t.active / 1e6);
}

/* (when the turn that is under way has begun, its seconds so far, the driver's thread, whether a turn() block holds it),
 * for watch_blocked(); None between two turns. */
PyObject *
pn_turn_now(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    uint64_t began = st->loop != NULL ? pn_times_turn_since(&st->loop->times) : 0;
    if (began == 0 || st->loop->times.wait_since != 0) /* it may still wait for the GIL */
        Py_RETURN_NONE;
    bool held = st->driver.holds > 0 && !st->driver.dispatching;
    return Py_BuildValue("KdkO", (unsigned long long)began, (double)pn_times_since(began, uv_hrtime()) / 1e9,
                         st->driver.thread, held ? Py_True : Py_False);
}

/* A server has one first listener, and maybe others. */
static void
count_server(struct pn_listener *l, void *arg)
{
    const PnServer *s = l->owner;
    *(Py_ssize_t *)arg += s->listener == l;
}

const char pn_metrics_doc[] =
    "metrics()\n--\n\n"
    "Returns a new dict of numbers about the loop of this process. The names stay the same in later versions; a\n"
    "later version may add more.\n\n"
    "Counted since the start: turns, idle_s (seconds of waiting), active_s (seconds of turns), longest_turn_s,\n"
    "bytes_read, bytes_written, accepted, dropped (over max_connections), blocked (by block_list), connect_ok,\n"
    "connect_failed (calls of connect() that have ended with an error), uncaught (exceptions).\n"
    "Now: sockets (open handles of sockets), servers (that listen), timers (that are set, also those of sockets\n"
    "and of pynet itself), ticks (that wait), lookups (of host names, under way).\n\n"
    "Any thread may call it.";

PyObject *
pn_metrics(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    struct pn_counters n = st->counters;
    struct look t = look_at(st);
    unsigned long long turns = 0;
    Py_ssize_t sockets = 0, servers = 0, timers = 0, lookups = 0;
    if (st->loop != NULL) {
        pn_handles_each_listener(st->loop, count_server, &servers);
        pn_handles_each_stream(st->loop, add_bytes, &n);
        turns = st->loop->turns;
        sockets = (Py_ssize_t)st->loop->counts.streams;
        timers = (Py_ssize_t)st->loop->timers.count;
        lookups = st->loop->resolver != NULL ? (Py_ssize_t)pn_resolver_pending(st->loop->resolver) : 0;
    }
    return Py_BuildValue("{sKsdsdsdsnsnsnsnsnsKsKsKsKsKsKsKsK}", "turns", turns, "idle_s", t.idle / 1e9, "active_s",
                         t.active / 1e9, "longest_turn_s", t.longest / 1e9, "sockets", sockets, "servers", servers,
                         "timers", timers, "ticks", (Py_ssize_t)st->ticks.count, "lookups", lookups, "bytes_read",
                         (unsigned long long)n.bytes_read, "bytes_written", (unsigned long long)n.bytes_written,
                         "accepted", (unsigned long long)n.accepted, "dropped", (unsigned long long)n.dropped,
                         "blocked", (unsigned long long)n.blocked, "connect_ok", (unsigned long long)n.connect_ok,
                         "connect_failed", (unsigned long long)n.connect_failed, "uncaught",
                         (unsigned long long)n.uncaught);
}
