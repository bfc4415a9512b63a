/* resolve.h - looks up host names with getaddrinfo() on threads of its own.
 *
 * There are at most PN_RESOLVE_THREADS detached threads, started on demand; each exits after some idle seconds. All
 * signals are blocked in them, and they know no Python. They post to a reference-counted queue that outlives the loop,
 * so that a lookup that hangs blocks neither the exit nor other lookups. All functions are called by the thread that
 * holds the loop's lock (the GIL).
 *
 * A pn_lookup is valid until its callback returns, until it is cancelled, or until its resolver is freed. Cancelling
 * it after pn_resolver_abandon() is allowed and does nothing. */
#ifndef PN_UVIO_RESOLVE_H
#define PN_UVIO_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/addr.h"

#define PN_RESOLVE_THREADS 16

struct pn_resolver;
struct pn_lookup;

/* Called by pn_resolver_dispatch() only. `status` is 0 or an EAI_* code of the platform (EAI_SYSTEM: see
 * `sys_errno`; EAI_MEMORY: out of memory, or no thread could be started). `addrs` is borrowed, in getaddrinfo's
 * order, IPv4 and IPv6 only, ports 0. */
typedef void (*pn_lookup_cb)(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count);

/* What a finished lookup wakes. On POSIX a descriptor, to which it writes one byte: it must be non-blocking, write errors
 * are ignored, and the resolver duplicates it (F_DUPFD_CLOEXEC) at the first lookup. On Windows a handle of libuv. Both
 * must be open until pn_resolver_free(). */
#ifdef _WIN32
struct uv_async_s;
typedef struct uv_async_s *pn_wake_target;
#else
typedef int pn_wake_target;
#endif

/* Returns NULL when out of memory. */
struct pn_resolver *pn_resolver_new(pn_wake_target wake);
/* Drops the owner's reference: cancels the lookups in progress and drops their results; the last thread frees the
 * queue. */
void pn_resolver_free(struct pn_resolver *r);
/* For the child of a fork, where the threads do not exist. Frees nothing that a lock could guard; the caller makes a
 * new resolver. Closes the duplicated wake descriptor. */
void pn_resolver_abandon(struct pn_resolver *r);

/* Starts a lookup; returns NULL when out of memory. `family` is 0, 4 or 6; `flags` are AI_* of the platform. It asks
 * for SOCK_STREAM. Without a free descriptor the lookup fails (EAI_SYSTEM, EMFILE): it has finished when this returns,
 * and the caller wakes the loop. */
struct pn_lookup *pn_resolver_start(struct pn_resolver *r, const char *host, int family, int flags, pn_lookup_cb cb,
                                    void *data);
/* The callback will not run, and the lookup is not pending any more. Does nothing within the lookup's own callback. */
void pn_lookup_cancel(struct pn_lookup *l);

/* Runs the callbacks of finished lookups, oldest first, but only of those that had finished when it was called. A
 * callback may start and cancel lookups. Stops early when `*halt` becomes true (the rest stays queued), and when a
 * callback frees or abandons the resolver. */
void pn_resolver_dispatch(struct pn_resolver *r, const int *halt);
/* Returns whether finished lookups wait for pn_resolver_dispatch(). */
int pn_resolver_ready(struct pn_resolver *r);
/* Returns the number of lookups that were started and neither called back nor cancelled. */
size_t pn_resolver_pending(const struct pn_resolver *r);
/* Returns the number of threads, busy or idle. */
unsigned pn_resolver_threads(struct pn_resolver *r);

/* Returns Node's code for a failed lookup: "ENOTFOUND", "EAI_AGAIN", ... (resolve_code.c) */
const char *pn_lookup_code(int status, int sys_errno);

/* Returns the default flags of Node's lookups: AI_ADDRCONFIG, on Windows 0. */
int pn_resolver_default_flags(void);
/* Returns whether `flags` has only AI_ADDRCONFIG, AI_V4MAPPED and AI_ALL. */
bool pn_resolver_flags_ok(int flags);

#endif
