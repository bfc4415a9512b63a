/* frame.h - the frames that carry messages and descriptors between processes, and a parser for them.
 *
 *   u32 length (big endian) of the message, u8 kind, u8 flags, message
 *
 * The descriptor of a frame with PN_FRAME_HAS_FD travels beside the bytes, with the first byte of its frame. */
#ifndef PN_CORE_FRAME_H
#define PN_CORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PN_FRAME_HEADER  6
/* The longest message: 64 KiB, and a part that describes the descriptor. */
#define PN_FRAME_LONGEST (65536 + 1024)
#define PN_FRAME_HAS_FD  1

struct pn_frame {
    uint8_t kind, flags;
    const char *message; /* in the parser's memory, until it changes */
    size_t len;
};

/* Bytes that have been received and not taken. */
struct pn_frames {
    char *base; /* own; NULL: nothing has been received */
    size_t start, end;
};

void pn_frame_header(unsigned char header[PN_FRAME_HEADER], size_t len, uint8_t kind, uint8_t flags);

/* Where the next bytes go: at least one byte, unless a whole frame waits. Returns NULL when out of memory. */
char *pn_frames_space(struct pn_frames *f, size_t *len);
/* So many bytes have been stored there. */
void pn_frames_stored(struct pn_frames *f, size_t len);
/* Whether pn_frames_take() would return something else than 0. */
bool pn_frames_ready(const struct pn_frames *f);
/* Takes the next frame: 1; 0: it is not whole yet; -1: what has come is no frame, because it is too long or has unknown
 * flags. */
int pn_frames_take(struct pn_frames *f, struct pn_frame *out);
/* Whether the frame that has begun may have a descriptor: it has the flag, or its header is not whole. */
bool pn_frames_begun_with_fd(const struct pn_frames *f);
static inline bool
pn_frames_begun(const struct pn_frames *f)
{
    return f->end > f->start;
}
/* Forgets what has been received, and frees the memory. */
void pn_frames_clear(struct pn_frames *f);

#endif
