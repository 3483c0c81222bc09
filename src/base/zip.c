/*
 * A file's head and its entry in the directory have the same middle part; both are written from here (APPNOTE.TXT, 4.3.7 and 4.3.12).
 */
#include "base/zip.h"

#define FILE_SIGNATURE 0x04034b50u
#define ENTRY_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define NEEDED_VERSION 20            /* 2.0: what folders and deflation need; everyone reads it */
#define FLAG_UTF8 0x0800u
#define EARLIEST_DATE 0x0021u /* 1980-01-01 */
#define COUNT_MAX 65535u
#define NAME_MAX_LENGTH 65535u

static uint32_t checksum(struct bytes data)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < data.length; i++) {
        crc ^= (unsigned char) data.data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

static void put(struct buf *buf, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        buf_add_char(buf, (char) (value >> (8 * i) & 0xff));
    }
}

static void put_common(struct buf *buf, struct bytes name, struct bytes content)
{
    put(buf, NEEDED_VERSION, 2);
    put(buf, FLAG_UTF8, 2);
    put(buf, 0, 2); /* stored */
    put(buf, 0, 2); /* midnight */
    put(buf, EARLIEST_DATE, 2);
    put(buf, checksum(content), 4);
    put(buf, (uint32_t) content.length, 4);
    put(buf, (uint32_t) content.length, 4);
    put(buf, (uint32_t) name.length, 2);
    put(buf, 0, 2); /* extra fields */
}

static void put_name(struct buf *buf, struct bytes name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        buf_add_char(buf, c == '/' || c == '\\' || (unsigned char) c < 0x20 || c == 0x7f ? '_' : c);
    }
}

void zip_open(struct zip *zip, struct arena *arena)
{
    *zip = (struct zip){.count = 0};
    buf_init(&zip->files, arena, 4096);
    buf_init(&zip->directory, arena, 512);
}

void zip_add(struct zip *zip, struct bytes name, struct bytes content)
{
    size_t offset = zip->files.length;

    if (zip->failed || zip->count == COUNT_MAX || name.length > NAME_MAX_LENGTH || content.length > UINT32_MAX / 2 || offset > UINT32_MAX / 2) {
        zip->failed = true;
        return;
    }
    put(&zip->files, FILE_SIGNATURE, 4);
    put_common(&zip->files, name, content);
    put_name(&zip->files, name);
    buf_add(&zip->files, content);

    put(&zip->directory, ENTRY_SIGNATURE, 4);
    put(&zip->directory, NEEDED_VERSION, 2); /* made by: MS-DOS, so no rights are told */
    put_common(&zip->directory, name, content);
    put(&zip->directory, 0, 2); /* comment */
    put(&zip->directory, 0, 2); /* disk */
    put(&zip->directory, 0, 2); /* internal attributes */
    put(&zip->directory, 0, 4); /* external attributes */
    put(&zip->directory, (uint32_t) offset, 4);
    put_name(&zip->directory, name);
    zip->count++;
}

bool zip_close(struct zip *zip, struct bytes *archive)
{
    size_t directory_at = zip->files.length;

    buf_add(&zip->files, buf_bytes(&zip->directory));
    put(&zip->files, END_SIGNATURE, 4);
    put(&zip->files, 0, 4); /* disks */
    put(&zip->files, zip->count, 2);
    put(&zip->files, zip->count, 2);
    put(&zip->files, (uint32_t) zip->directory.length, 4);
    put(&zip->files, (uint32_t) directory_at, 4);
    put(&zip->files, 0, 2); /* comment */
    *archive = buf_bytes(&zip->files);
    return !zip->failed && !zip->directory.failed && archive->data != NULL;
}
