/* decoder.h - str out of a stream of bytes: what stands behind set_encoding(). */
#ifndef PN_PY_STREAM_DECODER_H
#define PN_PY_STREAM_DECODER_H

#include "core/decode.h"
#include "py/base/state.h"

/* A struct pn_decoder is made by pn_decoder_init() (core/decode.h) and needs no end. Neither function runs anybody's
 * Python code, or raises anything but MemoryError; after an error the decoder is as before. */

/* The characters that `len` more bytes complete; "" when they complete none. New reference or NULL. */
PyObject *pn_decoder_write(struct pn_decoder *d, const char *base, size_t len);
/* What is left when no more bytes come, often ""; the decoder is then as new. New reference or NULL. */
PyObject *pn_decoder_end(struct pn_decoder *d);

#endif
