/* abort.c - the links of an AbortSignal to what it ends, see abort.h. */
#include "abort.h"

void
pn_abort_unlink(struct pn_abort_link *l)
{
    PyObject *signal = l->signal;
    if (l->link == NULL)
        return;
    *l->link = l->next;
    if (l->next != NULL)
        l->next->link = l->link;
    l->link = NULL;
    l->next = NULL;
    l->signal = NULL;
    Py_DECREF(signal);
}
