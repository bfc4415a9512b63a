/* path_access.h - who may connect to a unix path: the mode and the group of its file. */
#ifndef PN_UVIO_PATH_ACCESS_H
#define PN_UVIO_PATH_ACCESS_H

#include <stdint.h>

#include "uvio/path_file.h"

#ifdef _WIN32
typedef unsigned gid_t; /* there are none, and no modes */
#endif

#define PN_MODE_BY_UMASK   (-1)
#define PN_GROUP_UNCHANGED UINT32_MAX /* as for chown(2) */

struct pn_path_access {
    int mode;           /* up to 0777; PN_MODE_BY_UMASK: the mode that the umask of the process leaves */
    uint32_t group;     /* PN_GROUP_UNCHANGED: the group that the system gives to a new file */
    const char *failed; /* "chown" or "chmod", if this call has failed; else NULL */
};

/* Gives the file of a socket that does not listen yet the group and then the mode that `a` asks for. Returns 0, or a
 * status; UV_ENOENT if the path does not lead to that file any more. */
int pn_path_access_apply(const struct pn_path_file *f, struct pn_path_access *a);

#endif
