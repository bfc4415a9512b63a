/* decode.h - setEncoding(): turns a stream of bytes into text, and decides which bytes of a chunk wait for the next one
 * because their character is incomplete.
 *
 * The rules are those of Node's string_decoder, with one exception: the two halves of a surrogate pair always stay
 * together, because joining two Python strings does not join the halves to one character. */
#ifndef PN_CORE_DECODE_H
#define PN_CORE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pn_encoding { PN_UTF8, PN_UTF16LE, PN_LATIN1, PN_ASCII, PN_HEX, PN_BASE64, PN_BASE64URL, PN_ENCODING_UNKNOWN };

/* A plain value that owns nothing. */
struct pn_decoder {
    uint8_t encoding; /* enum pn_encoding */
    uint8_t held;     /* bytes in `carry`, the beginning of a character; at most 3 */
    bool strict;      /* bytes that are not text are an error */
    unsigned char carry[4];
};

void pn_decoder_init(struct pn_decoder *d, enum pn_encoding encoding);

/* Returns how many of the last bytes begin an incomplete character: 0 to 3. Bytes that look like a beginning count
 * even if no further byte can make them valid (F5, or E0 80): Node waits there as well. */
size_t pn_decode_incomplete(enum pn_encoding encoding, const char *base, size_t len);

/* Counts the characters of `len` / 2 little-endian units and stores the bitwise or of all of them in `*max`; a lone
 * surrogate counts as one. */
size_t pn_decode_utf16_count(const char *base, size_t len, uint32_t *max);
/* Writes the same characters into `out`, each `width` (1, 2 or 4) bytes wide; each must fit. */
void pn_decode_utf16(const char *base, size_t len, unsigned width, void *out);

/* Writes two lower-case digits for each byte, no NUL. */
void pn_decode_hex(const char *base, size_t len, char *out);
/* Returns the length of `len` bytes in base64, which is padded, or base64url (`url`), which is not. */
size_t pn_decode_base64_length(size_t len, bool url);
/* Writes that many characters, no NUL. */
void pn_decode_base64(const char *base, size_t len, bool url, char *out);

#endif
