/* may_wait.c - refuses a wait on the thread that the event would come from. */
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "py/loop/waiter.h"

int
pn_check_may_wait(PnState *st, const char *what, PyObject *loop)
{
    const char *where = NULL;
    if (pn_in_callback(st))
        where = "inside a listener";
    else if (pn_in_turn(st))
        where = "inside turn()";
    else if (st->driver.mode != PN_IDLE && st->driver.thread == PyThread_get_thread_ident() &&
             (loop == NULL || !pn_attached_to(st, loop)))
        where = "on the thread that drives the loop";
    if (where == NULL)
        return 0;
    PyErr_Format(PyExc_RuntimeError,
                 "%s would wait for ever %s: no event can come meanwhile. Use a listener here, or another thread", what,
                 where);
    return -1;
}
