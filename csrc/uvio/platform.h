/* platform.h - what this platform has. A feature that it does not have is refused where it is asked for. */
#ifndef PN_UVIO_PLATFORM_H
#define PN_UVIO_PLATFORM_H

#ifdef _WIN32
#define PN_ON_WINDOWS 1
#else
#define PN_ON_WINDOWS 0
#endif

/* Paths are names of unix sockets: files with a mode and a group, or abstract names; a process may be asked for its
 * credentials, and may send descriptors. Else they are names of named pipes. */
#define PN_HAS_UNIX_SOCKETS (!PN_ON_WINDOWS)
/* A thread can read a stream itself, and wait for its descriptor: stream_direct.c, wake_fd.h. */
#define PN_HAS_DIRECT_READS (!PN_ON_WINDOWS)
/* A process may fork. */
#define PN_HAS_FORK         (!PN_ON_WINDOWS)
/* The loop has one descriptor that the loop of a host can watch: embed.h. */
#define PN_HAS_EMBED        (!PN_ON_WINDOWS)

#endif
