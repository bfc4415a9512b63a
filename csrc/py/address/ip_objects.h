/* ip_objects.h - is_ip(), and addresses and networks as users pass them: text, bytes, objects of the module
 * ipaddress. */
#ifndef PN_PY_ADDRESS_IP_OBJECTS_H
#define PN_PY_ADDRESS_IP_OBJECTS_H

#include "core/addr.h"
#include "py/base/state.h"

/* Gets the characters of a str, without a copy. Returns false if it has no UTF-8 form (lone surrogates). */
bool pn_text_of_str(PyObject *str, const char **text, size_t *len);

/* Gets the value of an IPv4Address or IPv6Address (or Interface) of the module ipaddress, without its zone. Returns
 * 1, 0 if `obj` is not one, or -1 with an exception. */
int pn_ip_from_object(PnState *st, PyObject *obj, struct pn_addr *out);
/* The same for IPv4Network and IPv6Network. */
int pn_net_from_object(PnState *st, PyObject *obj, struct pn_addr *out, unsigned *prefix);
/* 1 for an IPv4Address or IPv6Address, else 0; -1 with an exception. */
int pn_is_ip_object(PnState *st, PyObject *obj);

/* Returns the text of an address object, zone included; for anything else the object itself. New reference. */
PyObject *pn_host_of_object(PnState *st, PyObject *obj);

/* is_ip(), is_ipv4(), is_ipv6() */
PyObject *pn_is_ip(PyObject *module, PyObject *input);
PyObject *pn_is_ipv4(PyObject *module, PyObject *input);
PyObject *pn_is_ipv6(PyObject *module, PyObject *input);
extern const char pn_is_ip_doc[], pn_is_ipv4_doc[], pn_is_ipv6_doc[];

#endif
