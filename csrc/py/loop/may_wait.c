/* may_wait.c - refuses a wait on the thread that the event would come from. */
#include "py/loop/driver.h"
#include "py/loop/tick.h"

/* The thread of the host would block. An automatic attachment may end here: see check_host(). */
static int
check_host_blocks(PnState *st, const char *what)
{
    if (pn_check_host(st) < 0)
        return -1;
    if (!pn_attached_here(st))
        return 0;
    PyErr_Format(PyExc_RuntimeError,
                 "%s would wait for ever on this thread: pynet is attached to %S, which runs on it. Use await or a "
                 "listener here, or another thread",
                 what, st->driver.host_name);
    return -1;
}

int
pn_check_may_wait(PnState *st, const char *what, bool awaits)
{
    const char *where = NULL;
    bool here = pn_attached_here(st);
    if (pn_in_callback(st) && !(here && awaits))
        where = "inside a listener";
    else if (pn_in_turn(st))
        where = "inside turn()";
    else if (here)
        return awaits ? 0 : check_host_blocks(st, what);
    else if (st->driver.mode != PN_IDLE && st->driver.thread == PyThread_get_thread_ident())
        where = "on the thread that drives the loop";
    if (where == NULL)
        return 0;
    PyErr_Format(PyExc_RuntimeError,
                 "%s would wait for ever %s: no event can come meanwhile. Use a listener here, or another thread", what,
                 where);
    return -1;
}
