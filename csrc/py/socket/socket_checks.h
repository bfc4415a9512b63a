/* socket_checks.h - checks of single options that sockets, servers and connect() share: high-water marks, keep-alive
 * delay, type of service, descriptor, block list, idle time.
 *
 * Each but pn_keep_alive_seconds() returns 0, or -1 with TypeError or ValueError. */
#ifndef PN_PY_SOCKET_SOCKET_CHECKS_H
#define PN_PY_SOCKET_SOCKET_CHECKS_H

#include "py/base/state.h"

/* If `obj` is NULL, `*out` stays as it is. */
int pn_bytes_option(PyObject *obj, const char *name, uint32_t *out);
int pn_high_water_mark(PyObject *obj, uint32_t *out);
int pn_max_write_buffer(PyObject *obj, uint32_t *out);
int pn_keep_alive_delay(PyObject *obj, uint16_t *out);
/* Milliseconds as whole seconds, at most the 32,767 that Linux accepts. */
uint16_t pn_keep_alive_seconds(double ms);

/* For these `obj` must not be NULL. */
int pn_check_type_of_service(PyObject *obj, const char *name, uint8_t *out);
int pn_check_fd(PyObject *obj, int *out);
int pn_check_block_list(PnState *st, PyObject *obj, const char *name);
/* The option `timeout`, in milliseconds. Warns of one below 100: it is meant as seconds. */
int pn_check_idle_time(PyObject *obj, double *ms);

#endif
