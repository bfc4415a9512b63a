/* server_stats.c - the property stats: what a server has counted. */
#include "py/server/server.h"

PyObject *
pn_server_stats(const PnServer *s)
{
    const struct pn_server_counts *n = s->counts;
    return PyObject_CallFunction(pn_state_run(s->em.st, PN_RUN_ServerStats), "KKKn", (unsigned long long)n->accepted,
                                 (unsigned long long)n->dropped, (unsigned long long)n->blocked,
                                 (Py_ssize_t)s->connections);
}
