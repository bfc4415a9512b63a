/* decoder.h - decodes a stream of bytes to str for set_encoding(): a character split over two reads comes out whole. */
#ifndef PN_PY_STREAM_DECODER_H
#define PN_PY_STREAM_DECODER_H

#include "core/decode.h"
#include "py/base/state.h"

/* pn_decoder_init() (core/decode.h) initialises a struct pn_decoder; it holds nothing that must be freed. Neither
 * function runs user code or raises anything but MemoryError; after an error the decoder is as before. */

/* Decodes `len` more bytes: the characters that they complete, "" when there are none. New reference or NULL. */
PyObject *pn_decoder_write(struct pn_decoder *d, const char *base, size_t len);
/* Decodes what is left at the end of the stream, often "", and resets the decoder. New reference or NULL. */
PyObject *pn_decoder_end(struct pn_decoder *d);

#endif
