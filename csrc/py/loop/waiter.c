/* waiter.c - threads and asyncio tasks that wait, and how they are woken; see waiter.h.
 *
 * A thread blocks in poll(), or, when the module threading has no locks of CPython (gevent), in acquire() of one of
 * those. A task waits for a future of its asyncio loop. pn_waiter_wake() only appends to a list. When the turn ends, the
 * threads are woken and the futures finished: at once if their asyncio loop drives pynet's loop on this very thread, else
 * by one call_soon_threadsafe() for each asyncio loop, however many of its tasks have been woken.
 *
 * Owns:    st->hosts, the asyncio loops that have waiting tasks. A waiter owns the future that its task waits for, and
 *          hides that from the garbage collector: asyncio itself does not keep a task that waits.
 * Threads: every function runs with the GIL held, on any thread. */
#include "py/loop/waiter.h"

#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "uvio/signals.h"

/* An asyncio loop with waiting tasks. */
struct pn_host {
    struct pn_host *next; /* in st->hosts */
    struct pn_link awake; /* its waiters that have been woken */
    PyObject *loop;       /* own */
    PyObject *options;    /* own: {"loop": loop}, for its futures when they are those of asyncio; else NULL */
    size_t users;         /* its waiters, and functions that use it just now */
    bool called;          /* it will call _go_on() */
};

/* Within this time the handler of any signal runs, as within run(). */
#define SIGNALS_NS     ((int64_t)100 * 1000000)

#define OF_ALL(link)   ((struct pn_waiter *)(void *)((char *)(link) - offsetof(struct pn_waiter, all)))
#define OF_AWAKE(link) ((struct pn_waiter *)(void *)((char *)(link) - offsetof(struct pn_waiter, awake)))
#define OF_TIMER(t)    ((struct pn_waiter *)(void *)((char *)(t) - offsetof(struct pn_waiter, timer)))

/* --- asyncio loops --- */

PyObject *
pn_running_loop(PnState *st)
{
    if (st->get_running_loop == NULL) {
        PyObject *module = PyImport_GetModule(st->names._asyncio);
        PyObject *function = module != NULL ? PyObject_GetAttr(module, st->names._get_running_loop) : NULL;
        PyObject *type = function != NULL ? PyObject_GetAttr(module, st->names.Future) : NULL;
        PyObject *set_result = type != NULL ? PyObject_GetAttr(type, st->names.set_result) : NULL;
        PyObject *blocking = set_result != NULL ? PyObject_GetAttr(type, st->names._asyncio_future_blocking) : NULL;
        Py_XDECREF(module);
        if (blocking == NULL) {
            Py_XDECREF(set_result);
            Py_XDECREF(type);
            Py_XDECREF(function);
            return NULL;
        }
        Py_XSETREF(st->future_type, type);
        Py_XSETREF(st->future_set_result, set_result);
        Py_XSETREF(st->future_blocking, blocking);
        Py_XSETREF(st->get_running_loop, function);
    }
    PyObject *loop = PyObject_CallNoArgs(st->get_running_loop);
    if (loop == Py_None)
        Py_CLEAR(loop);
    return loop;
}

static struct pn_host *
find_host(PnState *st, PyObject *loop)
{
    struct pn_host *host = st->hosts;
    while (host != NULL && host->loop != loop)
        host = host->next;
    return host;
}

static struct pn_host *
host_of(PnState *st, PyObject *loop)
{
    struct pn_host *host = find_host(st, loop);
    if (host == NULL) {
        host = PyMem_RawCalloc(1, sizeof(*host));
        if (host == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        pn_links_init(&host->awake);
        host->loop = Py_NewRef(loop);
        host->next = st->hosts;
        st->hosts = host;
    }
    host->users++;
    return host;
}

static void
release_host(PnState *st, struct pn_host *host)
{
    struct pn_host **link = &st->hosts;
    if (--host->users > 0)
        return;
    while (*link != NULL && *link != host)
        link = &(*link)->next;
    if (*link != NULL)
        *link = host->next;
    PyObject *loop = host->loop, *options = host->options;
    PyMem_RawFree(host);
    Py_XDECREF(options);
    Py_DECREF(loop);
}

/* The asyncio loop is closed: its tasks will never run again. */
static void
drop_all(PnState *st, struct pn_host *host)
{
    host->users++;
    while (!pn_links_empty(&host->awake)) {
        struct pn_waiter *w = OF_AWAKE(host->awake.next);
        PyObject *owner = Py_NewRef(w->owner);
        pn_link_remove(&w->awake);
        w->dropped(w);
        Py_DECREF(owner);
    }
    release_host(st, host);
}

/* A loop that has been closed before it could call _go_on(): its tasks must not stand before others in a list. */
static bool
is_closed(PnState *st, const struct pn_host *host)
{
    if (!host->called || pn_links_empty(&host->awake))
        return false;
    PyObject *answer = PyObject_CallMethodNoArgs(host->loop, st->names.is_closed);
    bool closed = answer == Py_True;
    PyErr_Clear();
    Py_XDECREF(answer);
    return closed;
}

/* Another wait begins, in a task of `loop` or (NULL) in a thread. */
static void
drop_closed(PnState *st, PyObject *loop)
{
    struct pn_host *host = st->hosts;
    if (host != NULL)
        host->users++;
    while (host != NULL) {
        if (host->loop != loop && is_closed(st, host))
            drop_all(st, host);
        struct pn_host *next = host->next;
        if (next != NULL)
            next->users++; /* first: releasing the other one may run code of the user */
        release_host(st, host);
        host = next;
    }
}

/* --- the wait --- */

/* Its first future is made by create_future(), and so are all, unless that one is of asyncio's own type: then asyncio
 * is called without the detour, which costs as much as the future. NULL with an exception. */
static PyObject *
make_future(PnState *st, struct pn_host *host)
{
    if (host->options != NULL) { /* a vectorcall would copy them */
        PyObject *none = PyTuple_New(0);
        PyObject *made = none != NULL ? PyObject_Call(st->future_type, none, host->options) : NULL;
        Py_XDECREF(none);
        return made;
    }
    PyObject *future = PyObject_CallMethodNoArgs(host->loop, st->names.create_future);
    if (future != NULL && (PyObject *)Py_TYPE(future) == st->future_type) {
        host->options = PyDict_New();
        if (host->options == NULL || PyDict_SetItem(host->options, st->names.loop, host->loop) < 0) {
            PyErr_Clear();
            Py_CLEAR(host->options);
        }
    }
    return future;
}

void
pn_waiter_init(struct pn_waiter *w, PnState *st, PyObject *owner, void (*dropped)(struct pn_waiter *))
{
    *w = (struct pn_waiter){.st = st, .owner = owner, .dropped = dropped, .wake = {-1, -1}};
}

static void
on_fire(struct pn_loop_timer *timer)
{
    OF_TIMER(timer)->timed_out = true;
    pn_waiter_wake(OF_TIMER(timer));
}

static void
begin(struct pn_waiter *w, struct pn_host *host, PyObject *wakes)
{
    PnState *st = w->st;
    w->host = host;
    w->wakes = wakes;
    w->generation = st->generation;
    w->forks = st->forks;
    w->waits = true;
    w->woken = w->timed_out = w->set = false;
    pn_loop_timer_init(&w->timer, on_fire, false);
    pn_link_append(&st->waiters, &w->all);
    pn_link_clear(&w->awake);
}

int
pn_waiter_begin_task(struct pn_waiter *w, PyObject *loop)
{
    drop_closed(w->st, loop);
    struct pn_host *host = host_of(w->st, loop);
    if (host == NULL)
        return -1;
    PyObject *future = make_future(w->st, host);
    if (future == NULL) {
        release_host(w->st, host);
        return -1;
    }
    begin(w, host, future);
    return 0;
}

/* Whether `lock` is what CPython has for threading.Lock: a type from 3.13 on, a function before. */
static bool
is_plain(PyObject *lock)
{
    PyObject *name = PyObject_GetAttrString(lock, "__qualname__");
    bool plain = false;
    if (name != NULL && PyUnicode_Check(name)) {
        plain = PyCFunction_Check(lock)
                    ? PyUnicode_CompareWithASCIIString(name, "allocate_lock") == 0
                    : PyType_Check(lock) && strcmp(((PyTypeObject *)lock)->tp_name, "_thread.lock") == 0;
    }
    PyErr_Clear();
    Py_XDECREF(name);
    return plain;
}

/* Again in the child of a fork. */
static void
find_main_thread(PnState *st)
{
    PyObject *function = PyDict_GetItemString(st->threading, "main_thread");
    PyObject *thread = function != NULL ? PyObject_CallNoArgs(function) : NULL;
    PyObject *ident = thread != NULL ? PyObject_GetAttrString(thread, "ident") : NULL;
    if (ident != NULL)
        st->main_thread = PyLong_AsUnsignedLong(ident);
    PyErr_Clear();
    Py_XDECREF(ident);
    Py_XDECREF(thread);
}

/* Whether a wait may block the thread, as seen by the module threading: gevent replaces its locks. */
static bool
may_block_thread(PnState *st)
{
    if (st->threading == NULL) {
        PyObject *module = PyImport_ImportModule("threading");
        st->threading = module != NULL ? Py_XNewRef(PyModule_GetDict(module)) : NULL;
        Py_XDECREF(module);
    }
    if (st->main_thread == 0 && st->threading != NULL)
        find_main_thread(st);
    PyObject *lock = st->threading != NULL ? PyDict_GetItemString(st->threading, "Lock") : NULL;
    PyErr_Clear();
    if (lock != st->checked_lock || lock == NULL) {
        st->plain_lock = lock != NULL && is_plain(lock);
        Py_XSETREF(st->checked_lock, Py_XNewRef(lock));
    }
    return st->plain_lock;
}

/* Makes what wakes a thread. False: it needs a lock. */
static bool
open_wake(PnState *st, struct pn_wake_fd *wake)
{
    if (!may_block_thread(st))
        return false;
    if (st->wakes_count == 0)
        return pn_wake_fd_open(wake);
    *wake = st->wakes[--st->wakes_count];
    return true;
}

static void
clear_wake(struct pn_waiter *w)
{
    pn_wake_fd_clear(&w->wake);
    w->set = false;
}

static void
close_wake(struct pn_waiter *w, bool keep)
{
    PnState *st = w->st;
    if (!pn_waiter_polls(w))
        return;
    if (!keep || st->wakes_count == PN_KEPT_WAKES) {
        pn_wake_fd_close(&w->wake);
        return;
    }
    if (w->set)
        clear_wake(w);
    st->wakes[st->wakes_count++] = w->wake;
    w->wake.read = w->wake.write = -1;
}

int
pn_waiter_begin_thread(struct pn_waiter *w)
{
    drop_closed(w->st, NULL);
    if (open_wake(w->st, &w->wake)) {
        begin(w, NULL, NULL);
        return 0;
    }
    PyObject *lock = PyObject_CallNoArgs(pn_state_run(w->st, PN_RUN_held_lock));
    if (lock == NULL)
        return -1;
    begin(w, NULL, lock);
    return 0;
}

PyObject *
pn_waiter_loop(const struct pn_waiter *w)
{
    return w->host != NULL ? w->host->loop : NULL;
}

void
pn_waiter_look(struct pn_waiter *w)
{
    w->woken = false;
    if (w->forks == w->st->forks)
        pn_link_remove(&w->awake);
}

int
pn_waiter_again(struct pn_waiter *w)
{
    if (w->host == NULL)
        return 0; /* pn_waiter_block() has acquired the lock */
    PyObject *future = make_future(w->st, w->host);
    if (future == NULL)
        return -1;
    Py_SETREF(w->wakes, future);
    return 0;
}

static int64_t
left_until(uint64_t deadline)
{
    uint64_t now = deadline != 0 ? uv_hrtime() : 0;
    return deadline == 0 ? -1 : now < deadline ? (int64_t)(deadline - now) : 0;
}

/* Handlers of signals run on the main thread. A signal may reach another thread, or this one just before it waits: so the
 * wait of the main thread ends again and again. A handler may fork: then this is the child, and the call must look. */
static int
poll_until(struct pn_waiter *w, uint64_t deadline, int fd)
{
    unsigned forks = w->st->forks;
    bool handles = PyThread_get_thread_ident() == w->st->main_thread;
    for (;;) {
        int64_t left = left_until(deadline);
        bool last = !handles || (left >= 0 && left <= SIGNALS_NS);
        PyThreadState *ts = PyEval_SaveThread();
        unsigned bits = pn_wake_fd_wait(&w->wake, fd, last ? left : SIGNALS_NS);
        PyEval_RestoreThread(ts);
        if (bits & PN_WAKE_SET)
            clear_wake(w);
        if (bits & (PN_WAKE_SET | PN_WAKE_READABLE))
            return 1;
        if (bits == 0 && last)
            return 0;
        if (PyErr_CheckSignals() < 0)
            return -1;
        if (w->st->forks != forks)
            return 1;
    }
}

/* Acquires the lock that wakes the thread, within `ns` nanoseconds (-1: without limit). 1, 0, or -1 with an exception. */
static int
acquire_within(struct pn_waiter *w, int64_t ns)
{
    PyObject *seconds = PyFloat_FromDouble(ns < 0 ? -1 : (double)ns / 1e9);
    if (seconds == NULL)
        return -1;
    PyObject *stack[] = {Py_NewRef(w->wakes), Py_True, seconds};
    PyObject *got = PyObject_VectorcallMethod(w->st->names.acquire, stack, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    int status = got == NULL ? -1 : PyObject_IsTrue(got);
    Py_XDECREF(got);
    Py_DECREF(stack[0]);
    Py_DECREF(seconds);
    return status;
}

/* Where a signal does not end acquire(), the main thread calls it again and again: see poll_until(). */
static int
acquire_until(struct pn_waiter *w, uint64_t deadline)
{
    bool handles = pn_signals_longest_wait() >= 0 && PyThread_get_thread_ident() == w->st->main_thread;
    for (;;) {
        int64_t left = left_until(deadline);
        bool last = !handles || (left >= 0 && left <= pn_signals_longest_wait());
        int status = acquire_within(w, last ? left : pn_signals_longest_wait());
        if (status != 0 || last)
            return status;
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
}

int
pn_waiter_block(struct pn_waiter *w, uint64_t deadline, int fd)
{
    return pn_waiter_polls(w) ? poll_until(w, deadline, fd) : acquire_until(w, deadline);
}

int
pn_waiter_arm(struct pn_waiter *w, uint64_t deadline)
{
    if (pn_loop_arm(w->st->loop, &w->timer, deadline) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

void
pn_waiter_end(struct pn_waiter *w)
{
    PnState *st = w->st;
    struct pn_host *host = w->host;
    PyObject *wakes = w->wakes;
    if (!w->waits)
        return;
    w->waits = false;
    w->host = NULL;
    w->wakes = NULL;
    if (w->generation == st->generation && st->loop != NULL)
        pn_loop_disarm(st->loop, &w->timer);
    if (w->forks == st->forks) { /* else the lists are the parent's */
        pn_link_remove(&w->all);
        pn_link_remove(&w->awake);
    }
    close_wake(w, w->forks == st->forks);
    if (host != NULL)
        release_host(st, host);
    Py_XDECREF(wakes);
}

/* --- waking --- */

void
pn_waiter_wake(struct pn_waiter *w)
{
    PnState *st = w->st;
    if (!w->waits || w->woken || w->forks != st->forks)
        return;
    w->woken = true;
    pn_link_append(w->host != NULL ? &w->host->awake : &st->awake, &w->awake);
    if (w->host == NULL || !w->host->called)
        st->some_awake = true;
    if (st->loop != NULL)
        pn_loop_wake(st->loop);
}

/* Calls a method of what has been woken; -1 with an exception. */
static int
call_method(PyObject *object, PyObject *name, PyObject *arg)
{
    PyObject *stack[] = {Py_NewRef(object), arg};
    size_t nargs = arg != NULL ? 2 : 1;
    PyObject *result = PyObject_VectorcallMethod(name, stack, nargs, NULL);
    Py_DECREF(stack[0]);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

/* After a failure for lack of memory, or Ctrl-C: the waiter stays the first of the list, and the driver tries again. */
static void
put_back(PnState *st, struct pn_link *list, struct pn_waiter *w)
{
    if (w->waits && w->forks == st->forks && pn_link_is_clear(&w->awake))
        pn_link_prepend(list, &w->awake);
    st->some_awake = st->retry_wakes = true;
}

static void
wake_threads(PnState *st)
{
    while (!pn_links_empty(&st->awake)) {
        struct pn_waiter *w = OF_AWAKE(st->awake.next);
        pn_link_remove(&w->awake);
        if (pn_waiter_polls(w)) {
            pn_wake_fd_set(&w->wake);
            w->set = true;
            continue;
        }
        PyObject *owner = Py_NewRef(w->owner);
        int status = call_method(w->wakes, st->names.release, NULL);
        if (status < 0 && PyErr_ExceptionMatches(PyExc_MemoryError)) {
            PyErr_Clear();
            put_back(st, &st->awake, w);
        }
        else if (status < 0) {
            PyErr_WriteUnraisable(owner);
        }
        Py_DECREF(owner);
        if (status < 0 && st->retry_wakes)
            return;
    }
}

/* future.set_result(None); of asyncio's own type without looking for the method. -1 with an exception. */
static int
set_result(PnState *st, PyObject *future)
{
    if ((PyObject *)Py_TYPE(future) != st->future_type)
        return call_method(future, st->names.set_result, Py_None);
    PyObject *stack[] = {Py_NewRef(future), Py_None};
    PyObject *result = PyObject_Vectorcall(st->future_set_result, stack, 2, NULL);
    Py_DECREF(future);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

/* On the thread of the asyncio loop. 0, or -1 with KeyboardInterrupt and the like, or MemoryError. */
static int
finish_futures(PnState *st, struct pn_host *host)
{
    int status = 0;
    host->users++;
    host->called = false;
    while (status == 0 && !pn_links_empty(&host->awake)) {
        struct pn_waiter *w = OF_AWAKE(host->awake.next);
        PyObject *owner = Py_NewRef(w->owner);
        pn_link_remove(&w->awake);
        status = set_result(st, w->wakes);
        if (status < 0 && PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_MemoryError)) {
            PyErr_Clear(); /* cancelled: the task is about to leave the wait */
            status = 0;
        }
        if (status < 0)
            put_back(st, &host->awake, w);
        Py_DECREF(owner);
    }
    release_host(st, host);
    return status;
}

/* Has the asyncio loop call _go_on() on its thread. */
static void
call_host(PnState *st, struct pn_host *host)
{
    host->users++;
    host->called = true;
    PyObject *stack[] = {Py_NewRef(host->loop), st->go_on, host->loop};
    PyObject *handle = PyObject_VectorcallMethod(st->names.call_soon_threadsafe, stack, 3, NULL);
    Py_DECREF(stack[0]);
    if (handle == NULL) {
        bool memory = PyErr_ExceptionMatches(PyExc_MemoryError);
        host->called = false;
        if (memory || PyErr_ExceptionMatches(PyExc_RuntimeError))
            PyErr_Clear();
        else
            PyErr_WriteUnraisable(stack[0]);
        if (memory)
            st->retry_wakes = st->some_awake = true;
        else
            drop_all(st, host);
    }
    Py_XDECREF(handle);
    release_host(st, host);
}

static struct pn_host *
next_to_call(PnState *st)
{
    struct pn_host *host = st->hosts;
    while (host != NULL && (host->called || pn_links_empty(&host->awake)))
        host = host->next;
    return host;
}

void
pn_waiters_go_on_slow(PnState *st)
{
    unsigned forks = st->forks;
    PyObject *error = pn_take_exception();
    st->some_awake = st->retry_wakes = false;
    for (;;) {
        wake_threads(st);
        struct pn_host *host = next_to_call(st);
        if (host == NULL || st->retry_wakes || st->forks != forks)
            break;
        if (!pn_attached_to(st, host->loop))
            call_host(st, host);
        else if (finish_futures(st, host) < 0)
            PyErr_WriteUnraisable(st->module);
    }
    pn_put_back_exception(error);
}

PyObject *
pn_waiters_go_on_function(PyObject *module, PyObject *loop)
{
    PnState *st = pn_state_of_module(module);
    struct pn_host *host = find_host(st, loop);
    if (host != NULL && finish_futures(st, host) < 0) {
        if (st->loop != NULL)
            pn_loop_wake(st->loop);
        return NULL;
    }
    Py_RETURN_NONE;
}

void
pn_waiters_wake_all(PnState *st)
{
    for (struct pn_link *link = st->waiters.next; link != &st->waiters; link = link->next)
        pn_waiter_wake(OF_ALL(link));
    pn_waiters_go_on(st);
}

void
pn_waiters_after_fork(PnState *st)
{
    st->forks++;
    st->main_thread = 0;
    while (st->wakes_count > 0) /* the parent has them, too */
        pn_wake_fd_close(&st->wakes[--st->wakes_count]);
    for (struct pn_link *link = st->waiters.next; link != &st->waiters; link = link->next)
        pn_wake_fd_close(&OF_ALL(link)->wake);
    st->hosts = NULL;
    st->some_awake = st->retry_wakes = false;
    pn_links_init(&st->waiters);
    pn_links_init(&st->awake);
}

void
pn_waiters_free(PnState *st)
{
    while (st->wakes_count > 0)
        pn_wake_fd_close(&st->wakes[--st->wakes_count]);
}
