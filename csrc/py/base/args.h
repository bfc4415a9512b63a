/* args.h - parses and checks arguments and options. Every error names the argument and carries Node's code. */
#ifndef PN_PY_BASE_ARGS_H
#define PN_PY_BASE_ARGS_H

#include "py/base/state.h"

/* Fills `out` (borrowed, NULL where absent) from positional and keyword arguments. `names` ends with NULL; the first
 * `required` of them must be given. Returns 0, or -1 with TypeError. */
int pn_unpack(const char *function, const char *const *names, size_t required, PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames, PyObject **out);
/* pn_unpack() where only the first `positional` arguments may be given by position. */
int pn_unpack_keyword_only(const char *function, const char *const *names, size_t required, size_t positional,
                           PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **out);

/* The names of the options that a call takes, in PEP 8 spelling, ending with NULL. */
typedef const char *const *pn_option_names;

/* Fills `out` (own references, NULL where absent) from a mapping and from keyword arguments; either may be NULL. A
 * mapping may use both spellings, and its unknown keys are ignored. Keywords win over the mapping, and unknown ones
 * raise TypeError. None counts as absent in both. `tls` and `ssl` raise a TypeError that says how to use TLS.
 * Returns 0, or -1 with `out` cleared. */
int pn_options(const char *function, pn_option_names names, PyObject *mapping, PyObject *const *kwvalues,
               PyObject *kwnames, PyObject **out);
/* The same with a dict of keyword arguments, as tp_init gets them. */
int pn_options_dict(const char *function, pn_option_names names, PyObject *mapping, PyObject *kwargs, PyObject **out);
void pn_options_clear(PyObject **values, size_t count);

/* Returns whether pn_options() accepts the keyword, or refuses it with a message for it alone (`tls` and `ssl`). */
bool pn_knows_option(pn_option_names names, PyObject *key);

/* Checks for a callable that is not a coroutine function. Returns 0, or -1 with TypeError (ERR_INVALID_ARG_TYPE). */
int pn_check_callable(PnState *st, PyObject *obj, const char *name);
/* Returns whether `obj` is a mapping that can hold options. */
bool pn_is_options(PyObject *obj);
/* Returns whether `obj` is a function, a method or another callable, but not a mapping. */
bool pn_is_callback(PyObject *obj);

/* Gets an int or a float, but not a bool. Returns 0, or -1 with TypeError. */
int pn_arg_number(PyObject *obj, const char *name, double *out);
/* Gets an int from `least` to `most`, but not a bool; `range` says so in words. Returns 0, or -1 with an exception. */
int pn_arg_int(PyObject *obj, const char *name, long least, long most, const char *range, long *out);
/* Gets milliseconds by the rules of Socket.set_timeout(): a finite number >= 0. Returns 0, or -1 with an exception. */
int pn_arg_ms(PyObject *obj, const char *name, double *out);
/* Gets a port by Node's rules: 0 to 65535, as a number or a numeric string. `name` is its name in the message.
 * Returns 0, or -1 with an exception. */
int pn_arg_port(PyObject *obj, const char *name, uint16_t *out);
/* Returns the truth value of `obj`, 0 for NULL, or -1 with the exception of __bool__. */
int pn_arg_bool(PyObject *obj);
/* Converts text by the rules of JavaScript's Number(text); returns NaN if it is not a number, with MemoryError
 * set if memory has run out. */
double pn_js_number(const char *text, size_t len);

/* Converts a str, bytes or os.PathLike to file system bytes. Returns a new bytes object, or NULL with an exception. */
PyObject *pn_arg_path(PyObject *obj, const char *name);
/* Converts a path to the str that users see; undecodable bytes become surrogates. */
PyObject *pn_path_text(PyObject *bytes);

/* Gets an attribute. Returns 1; 0 if `obj` has none of that name (AttributeError; `*out` is NULL); or -1 with any other
 * exception. */
int pn_attribute(PyObject *obj, const char *name, PyObject **out);
/* Returns whether `obj` has the attribute, or -1 as pn_attribute(). */
int pn_has_attribute(PyObject *obj, const char *name);
/* Returns whether `obj` is a str, bytes or os.PathLike, or -1 as pn_attribute(). */
int pn_is_path(PyObject *obj);

/* __reduce_ex__() of what only multiprocessing can pickle: pynet/_handles.py. */
PyObject *pn_reduce_handle(PyObject *op, PyObject *protocol);

/* --- for the Python modules --- */

/* _raise_arg_type(name, expected, got) */
PyObject *pn_raise_arg_type_function(PyObject *module, PyObject *args);
/* _raise_unknown(function, names, key): raises for a keyword that is not in `names`. */
PyObject *pn_raise_unknown_function(PyObject *module, PyObject *args);
/* _check_callback(callback, name="callback"): the check that every method applies to its callback. */
PyObject *pn_check_callback_function(PyObject *module, PyObject *args);

#endif
