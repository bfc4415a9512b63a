/* path_file.h - the file that binding a unix path makes: where it is, and whether a path still leads to it. */
#ifndef PN_UVIO_PATH_FILE_H
#define PN_UVIO_PATH_FILE_H

#include <sys/types.h>

struct pn_path_file {
    char *path; /* own; absolute, without symlinks in its folders; NULL: there is nothing to unlink */
    dev_t dev;
    ino_t ino;
};

/* Call right before the bind: resolves the folder of `path`, so that a chdir() later changes nothing. Returns 0 or
 * UV_ENOMEM. */
int pn_path_file_begin(struct pn_path_file *f, const char *path);
/* Call right after the bind. `f` becomes empty if the folder has changed meanwhile: the file is not ours then. */
void pn_path_file_end(struct pn_path_file *f, const char *path);
/* Unlinks the path if it is still the same file, and empties `f`. Call before closing the descriptor: afterwards a
 * new file may have the same inode number. */
void pn_path_file_unlink(struct pn_path_file *f);
void pn_path_file_forget(struct pn_path_file *f);

#endif
