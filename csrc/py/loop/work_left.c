/* work_left.c - whether run() goes on: what counts as work, and which threads may give it more.
 *
 * As in Node a socket that is paused does not count: nothing could resume it but what runs in the loop. Here another
 * thread may, so it counts while there is one. Nothing notifies the loop when a thread ends: it looks again and again.
 *
 * Threads: the driver calls pn_look_for_work(), any thread the rest. */
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "uvio/handles.h"

/* --- threads of Python --- */

void
pn_own_thread_begin(PnState *st, struct pn_own_thread *own)
{
    own->state = PyThreadState_Get();
    own->next = st->driver.own_threads;
    st->driver.own_threads = own;
}

/* In the child of a fork the list is empty. */
void
pn_own_thread_end(PnState *st, struct pn_own_thread *own)
{
    struct pn_own_thread **link = &st->driver.own_threads;
    while (*link != NULL && *link != own)
        link = &(*link)->next;
    if (*link == own)
        *link = own->next;
}

static bool
is_own(const PnState *st, const PyThreadState *state)
{
    const struct pn_own_thread *own = st->driver.own_threads;
    while (own != NULL && own->state != state)
        own = own->next;
    return own != NULL;
}

/* The identifiers of all threads of the interpreter that have a state, but not of pynet's background threads. A thread
 * that has been started and has not run yet has 0, or the identifier of the one that has started it. A new list.
 *
 * States are deleted under the GIL; without it they are only added, at the head. Making objects may run user code: so
 * that comes after the walk. */
static PyObject *
thread_idents(const PnState *st)
{
    PyThreadState *head = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
    size_t count = 0, n = 0;
    for (PyThreadState *t = head; t != NULL; t = PyThreadState_Next(t))
        count++;
    unsigned long *idents = PyMem_RawMalloc((count + 1) * sizeof(*idents));
    if (idents == NULL)
        return PyErr_NoMemory();
    for (PyThreadState *t = head; t != NULL && n < count; t = PyThreadState_Next(t)) {
        if (!is_own(st, t))
            idents[n++] = t->thread_id;
    }
    PyObject *list = PyList_New((Py_ssize_t)n);
    for (size_t i = 0; list != NULL && i < n; i++) {
        PyObject *ident = PyLong_FromUnsignedLong(idents[i]);
        if (ident == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, ident);
    }
    PyMem_RawFree(idents);
    return list;
}

PyObject *
pn_other_threads(PnState *st)
{
    const struct pn_driver *d = &st->driver;
    unsigned long driver = d->mode == PN_FOREGROUND ? d->thread : PyThread_get_thread_ident();
    PyObject *idents = thread_idents(st);
    if (idents == NULL)
        return NULL;
    PyObject *names = PyObject_CallFunction(pn_state_run(st, PN_RUN_other_threads), "kN", driver, idents);
    if (names != NULL && !PyList_Check(names)) {
        Py_CLEAR(names);
        PyErr_SetString(PyExc_SystemError, "other_threads() must return a list");
    }
    return names;
}

/* --- the work --- */

/* 1 while another thread may resume a socket; 0; -1 with an exception: a signal handler raised. */
static int
may_be_resumed(PnState *st)
{
    if (pn_closes_all(st) || !pn_handles_are_held(st->loop))
        return 0;
    PyObject *names = pn_other_threads(st);
    if (names == NULL && PyErr_ExceptionMatches(PyExc_MemoryError)) {
        PyErr_Clear();
        return 1; /* it looks again soon */
    }
    int answer = names == NULL ? -1 : PyList_GET_SIZE(names) > 0;
    Py_XDECREF(names);
    return answer;
}

int
pn_look_for_work(PnState *st)
{
    unsigned generation = st->generation;
    int answer = may_be_resumed(st);
    if (answer < 0 || st->generation != generation)
        return answer < 0 ? -1 : 0;
    st->driver.looks_again = answer > 0;
    return answer > 0 || pn_is_busy(st); /* a thread may have resumed the socket just before its end */
}
