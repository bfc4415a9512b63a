/* decode.h - text out of a stream of bytes: what of a chunk is complete, and what must wait for the next one.
 *
 * The rules are those of Node's string_decoder, with one exception: the two halves of a surrogate pair always stay
 * together, as in Python two strings that end and begin with one half each do not join to the character. */
#ifndef PN_CORE_DECODE_H
#define PN_CORE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pn_encoding { PN_UTF8, PN_UTF16LE, PN_LATIN1, PN_ASCII, PN_HEX, PN_BASE64, PN_BASE64URL, PN_ENCODING_UNKNOWN };

/* A plain value; nothing in it is owned. */
struct pn_decoder {
    uint8_t encoding; /* enum pn_encoding */
    uint8_t held;     /* bytes in `carry`: the beginning of a character; at most 3 */
    unsigned char carry[4];
};

void pn_decoder_init(struct pn_decoder *d, enum pn_encoding encoding);

/* How many of the last bytes begin a character that is not complete: 0 to 3. What may still become one counts, even if
 * no byte can make it valid any more (F5, or E0 80): Node waits there as well. */
size_t pn_decode_incomplete(enum pn_encoding encoding, const char *base, size_t len);

/* The characters of `len` / 2 little-endian units, and in `*max` their bits or'ed; a lone surrogate counts as one. */
size_t pn_decode_utf16_count(const char *base, size_t len, uint32_t *max);
/* The same characters, each `width` (1, 2 or 4) bytes, into `out`; each must fit. */
void pn_decode_utf16(const char *base, size_t len, unsigned width, void *out);

/* Two lower-case digits for each byte, no NUL. */
void pn_decode_hex(const char *base, size_t len, char *out);
/* The length of `len` bytes in base64, padded, or base64url (`url`), which is not. */
size_t pn_decode_base64_length(size_t len, bool url);
/* So many characters, no NUL. */
void pn_decode_base64(const char *base, size_t len, bool url, char *out);

#endif
