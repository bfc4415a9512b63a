/* encoding.h - the text encodings of Node's Buffer: their names, and str to bytes; see decoder.h for bytes to str. */
#ifndef PN_PY_STREAM_ENCODING_H
#define PN_PY_STREAM_ENCODING_H

#include "core/decode.h"
#include "py/base/state.h"

/* Finds an encoding by any of Node's or Python's names, in any case; `-` and `_` are the same. */
enum pn_encoding pn_encoding_of(const char *name);
/* Node's name of an encoding, as readable_encoding gives it: "utf8", "utf16le", "latin1", ... */
const char *pn_encoding_name(enum pn_encoding encoding);
/* NULL, None and "" mean utf8, a str names an encoding: 0. Anything else: -1 with ERR_UNKNOWN_ENCODING, `*out` is
 * unchanged. */
int pn_encoding_lookup(PyObject *name, enum pn_encoding *out);
/* Whether it is one of Node's spellings (NULL, None and "" are utf8): text in these is encoded as Node does it by default,
 * in all others strictly. */
bool pn_encoding_is_nodes(PyObject *name);
/* The argument or option `errors`: NULL and None, "node", "strict". 0, or -1 with TypeError or ValueError. */
enum pn_text_errors { PN_ERRORS_DEFAULT, PN_ERRORS_NODE, PN_ERRORS_STRICT };
int pn_text_errors_of(PyObject *obj, const char *name, enum pn_text_errors *out);
/* The same check without a result: 0, or -1 with ERR_UNKNOWN_ENCODING. `data` is the chunk that it is for. */
int pn_encoding_check(PnState *st, PyObject *name, PyObject *data);
/* Encodes the text as Buffer.from(text, encoding) does. New reference or NULL. */
PyObject *pn_encode_as(PyObject *text, enum pn_encoding encoding);

/* --- encode_strictly.c --- */

/* The same; NULL with UnicodeEncodeError or ValueError when the text cannot be encoded. */
PyObject *pn_encode_strictly(PyObject *text, enum pn_encoding encoding);
/* By the name of the encoding, NULL is utf8: pn_encode_as() for Node's names, pn_encode_strictly() for others. */
PyObject *pn_encode(PnState *st, PyObject *text, PyObject *encoding);

#endif
