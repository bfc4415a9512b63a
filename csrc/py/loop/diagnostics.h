/* diagnostics.h - publishes messages on pynet's channels, see pynet/diagnostics.py. Without a subscriber it costs the test
 * of a pointer. */
#ifndef PN_PY_LOOP_DIAGNOSTICS_H
#define PN_PY_LOOP_DIAGNOSTICS_H

#include "py/base/state.h"

void pn_publish_slow(PnState *st, const char *channel, const char *key, PyObject *value, const char *key2,
                     PyObject *value2);

/* Publishes {key: value, key2: value2}; `key2` may be NULL. Keeps the exception that is set. With a subscriber it runs user
 * code: look at the state again. */
static inline void
pn_publish(PnState *st, const char *channel, const char *key, PyObject *value, const char *key2, PyObject *value2)
{
    if (st->publish != NULL)
        pn_publish_slow(st, channel, key, value, key2, value2);
}

/* _set_publish(function): calls function(channel, message) for each message; None: there is no subscriber. */
PyObject *pn_set_publish(PyObject *module, PyObject *function);

#endif
