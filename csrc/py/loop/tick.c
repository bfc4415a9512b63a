/* tick.c - calls from the loop into Python, and the tick queue (Node's process.nextTick); see tick.h. */
#include "py/loop/tick.h"

#include <string.h>

#include "py/loop/hooks.h"
#include "py/loop/slow.h"
#include "py/loop/uncaught.h"

/* --- rings --- */

/* How many ticks there is always room for, whatever malloc() says. */
#define TICKS_KEPT 32

static bool
grow(struct pn_ring *ring)
{
    size_t capacity = ring->capacity ? ring->capacity * 2 : 64;
    struct pn_tick_entry *items = PyMem_RawMalloc(capacity * sizeof(*items));
    if (items == NULL)
        return false;
    for (size_t i = 0; i < ring->count; i++)
        items[i] = ring->items[(ring->head + i) & (ring->capacity - 1)];
    PyMem_RawFree(ring->items);
    ring->items = items;
    ring->capacity = capacity;
    ring->limit = capacity - ring->kept;
    ring->head = 0;
    return true;
}

static void
put(struct pn_ring *ring, struct pn_tick_entry item)
{
    ring->items[(ring->head + ring->count) & (ring->capacity - 1)] = item;
    ring->count++;
}

int
pn_ring_push(struct pn_ring *ring, struct pn_tick_entry item)
{
    if (ring->count >= ring->limit && !grow(ring)) {
        PyErr_NoMemory();
        return -1;
    }
    put(ring, item);
    return 0;
}

bool
pn_ring_shift(struct pn_ring *ring, struct pn_tick_entry *out)
{
    if (ring->count == 0)
        return false;
    *out = ring->items[ring->head];
    ring->head = (ring->head + 1) & (ring->capacity - 1);
    ring->count--;
    return true;
}

void
pn_ring_clear(struct pn_ring *ring)
{
    struct pn_tick_entry item;
    while (pn_ring_shift(ring, &item))
        Py_XDECREF(item.self);
    PyMem_RawFree(ring->items);
    memset(ring, 0, sizeof(*ring));
}

int
pn_ring_traverse(const struct pn_ring *ring, visitproc visit, void *arg)
{
    for (size_t i = 0; i < ring->count; i++)
        Py_VISIT(ring->items[(ring->head + i) & (ring->capacity - 1)].self);
    return 0;
}

/* --- ticks --- */

int
pn_ticks_init(PnState *st)
{
    memset(&st->ticks, 0, sizeof(st->ticks));
    st->ticks.kept = TICKS_KEPT;
    if (grow(&st->ticks))
        return 0;
    PyErr_NoMemory();
    return -1;
}

int
pn_tick(PnState *st, void (*run)(PnState *, PyObject *, void *), PyObject *self, void *arg)
{
    struct pn_tick_entry item = {run, self, arg};
    if (pn_ring_push(&st->ticks, item) < 0)
        return -1;
    Py_XINCREF(self);
    if (st->loop != NULL)
        pn_loop_wake(st->loop);
    return 0;
}

void
pn_tick_sure(PnState *st, void (*run)(PnState *, PyObject *, void *), PyObject *self, void *arg, size_t places)
{
    struct pn_ring *ring = &st->ticks;
    struct pn_tick_entry item = {run, self, arg};
    Py_INCREF(self);
    if (ring->count >= ring->limit && !grow(ring) && ring->count + places > ring->capacity) {
        run(st, self, arg);
        Py_DECREF(self);
        return;
    }
    put(ring, item);
    if (st->loop != NULL)
        pn_loop_wake(st->loop);
}

void
pn_ticks_run(PnState *st)
{
    struct pn_tick_entry item;
    unsigned generation = st->generation;
    while (st->generation == generation && !st->loop->halted && pn_ring_shift(&st->ticks, &item)) {
        item.run(st, item.self, item.arg);
        Py_XDECREF(item.self);
        if (st->generation != generation)
            return;
        st->epoch++;
        if (st->flush != NULL)
            st->hooks->flush(st);
    }
}

void
pn_callback_scope_close_outermost(PnState *st)
{
    st->epoch++;
    if (st->flush != NULL)
        st->hooks->flush(st);
    if (st->ticks.count > 0 && st->loop != NULL)
        pn_ticks_run(st);
}

/* --- calls --- */

/* self is the tuple (emitter or None, callable, arguments...). */
static void
call_tick(PnState *st, PyObject *self, void *arg)
{
    PyObject *emitter = PyTuple_GET_ITEM(self, 0);
    (void)arg;
    (void)pn_call(st, emitter != Py_None ? emitter : NULL, PyTuple_GET_ITEM(self, 1), &PyTuple_GET_ITEM(self, 2),
                  (size_t)PyTuple_GET_SIZE(self) - 2);
}

int
pn_tick_with(PnState *st, void (*run)(PnState *, PyObject *, void *), PyObject *first, PyObject *second,
             PyObject *const *args, size_t nargs)
{
    PyObject *all = PyTuple_New((Py_ssize_t)nargs + 2);
    if (all != NULL) {
        PyTuple_SET_ITEM(all, 0, Py_NewRef(first));
        PyTuple_SET_ITEM(all, 1, Py_NewRef(second));
        for (size_t i = 0; i < nargs; i++)
            PyTuple_SET_ITEM(all, (Py_ssize_t)i + 2, Py_NewRef(args[i]));
    }
    int status = all != NULL ? pn_tick(st, run, all, NULL) : -1;
    if (status < 0)
        PyErr_WriteUnraisable(second);
    Py_XDECREF(all);
    return status;
}

int
pn_call(PnState *st, PyObject *emitter, PyObject *callable, PyObject *const *args, size_t nargs)
{
    if (st->closed)
        return -1;
    if (st->loop != NULL && st->loop->halted) /* run() must raise first: the call becomes a tick of the next run() */
        return pn_tick_with(st, call_tick, emitter != NULL ? emitter : Py_None, callable, args,
                            (size_t)PyVectorcall_NARGS(nargs));
    Py_INCREF(callable);
    PyObject *result = pn_vectorcall(st, emitter, NULL, callable, args, nargs);
    if (result == NULL) {
        pn_note_where(st, emitter, NULL, callable);
        pn_uncaught(st, emitter, NULL);
        Py_DECREF(callable);
        return -1;
    }
    Py_DECREF(callable);
    Py_DECREF(result);
    return 0;
}

int
pn_call_one(PnState *st, PyObject *emitter, PyObject *callable, PyObject *arg)
{
    PyObject *stack[2] = {NULL, arg != NULL ? arg : Py_None};
    return pn_call(st, emitter, callable, stack + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET);
}
