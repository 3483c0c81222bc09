/*
 * A ZIP archive of a few small files, stored without compression, written into an arena.
 *
 *     struct zip zip;
 *     zip_open(&zip, arena); zip_add(&zip, name, content); ... zip_close(&zip, &archive)
 *
 * Names are UTF-8 and said to be so. All files bear the earliest date that ZIP knows: the same files make the same archive. Limits: 65,535
 * files, 4 GiB in all (no ZIP64); failure is sticky, zip_close tells it.
 * Not here: reading archives, folders, compression.
 */
#ifndef PATCHBAY_BASE_ZIP_H
#define PATCHBAY_BASE_ZIP_H

#include "base/buf.h"

struct zip {
    struct buf files;
    struct buf directory; /* one entry a file, written behind them */
    uint32_t count;
    bool failed;
};

void zip_open(struct zip *zip, struct arena *arena);
/* What would make a path of a name ('/', '\' and control characters) becomes '_'. */
void zip_add(struct zip *zip, struct bytes name, struct bytes content);
bool zip_close(struct zip *zip, struct bytes *archive) __attribute__((warn_unused_result));

#endif
