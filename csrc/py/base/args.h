/* args.h - argument parsing and checks; every error names the argument and carries Node's code. */
#ifndef PN_PY_BASE_ARGS_H
#define PN_PY_BASE_ARGS_H

#include "py/base/state.h"

/* Fills `out` (borrowed, NULL where absent) from positional and keyword arguments called `names`, of which the first
 * `required` must be given. `names` ends with NULL. 0, or -1 with TypeError. */
int pn_unpack(const char *function, const char *const *names, size_t required, PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames, PyObject **out);

/* The names of the options that a call takes, PEP 8 spelling, ending with NULL. */
typedef const char *const *pn_option_names;

/* Fills `out` (own references, NULL where absent) from a mapping, in which unknown keys are ignored and both
 * spellings are taken, and from keyword arguments, which win and must be known. Either may be NULL. On failure
 * -1 and nothing is kept. None counts as absent in a mapping and in keywords. `tls` and `ssl` are refused by a TypeError
 * that says where TLS is to be had. */
int pn_options(const char *function, pn_option_names names, PyObject *mapping, PyObject *const *kwvalues,
               PyObject *kwnames, PyObject **out);
/* The same from a dict of keyword arguments, as tp_init has them. */
int pn_options_dict(const char *function, pn_option_names names, PyObject *mapping, PyObject *kwargs, PyObject **out);
void pn_options_clear(PyObject **values, size_t count);

/* Whether pn_options() has a place for the keyword, or an answer of its own: `tls` and `ssl`. */
bool pn_knows_option(pn_option_names names, PyObject *key);

/* A callable that is no coroutine function: 0, or -1 with TypeError (ERR_INVALID_ARG_TYPE). */
int pn_check_callable(PnState *st, PyObject *obj, const char *name);
/* True for a mapping that can hold options. */
bool pn_is_options(PyObject *obj);
/* A function, method or other callable that is no mapping. */
bool pn_is_callback(PyObject *obj);

/* A number, ints and floats, no bools. 0, or -1 with TypeError. */
int pn_arg_number(PyObject *obj, const char *name, double *out);
/* Milliseconds as Socket.set_timeout() takes them: a finite number >= 0. */
int pn_arg_ms(PyObject *obj, const char *name, double *out);
/* A port as Node takes it: 0 to 65535, as a number or a numeric string. `name` is as in the message. */
int pn_arg_port(PyObject *obj, const char *name, uint16_t *out);
/* Truth, as JavaScript's Boolean() would have it; -1 with what __bool__ raised. */
int pn_arg_bool(PyObject *obj);
/* Number(text) of JavaScript; NaN when it is none. */
double pn_js_number(const char *text, size_t len);

/* str, bytes or os.PathLike as file system bytes: a new bytes object. NULL with TypeError. */
PyObject *pn_arg_path(PyObject *obj, const char *name);
/* How a path is shown: str, undecodable bytes as surrogates. */
PyObject *pn_path_text(PyObject *bytes);

/* --- for the modules in Python --- */

/* _raise_arg_type(name, expected, got) */
PyObject *pn_raise_arg_type_function(PyObject *module, PyObject *args);
/* _raise_unknown(function, names, key): of a keyword that is none of the names. */
PyObject *pn_raise_unknown_function(PyObject *module, PyObject *args);
/* _check_callback(callback): what every method refuses as its callback. */
PyObject *pn_check_callback_function(PyObject *module, PyObject *callback);

#endif
