/* A UUID's sixteen bytes as the text that everybody knows. Where they come from: seal/digest.h makes them, db/call.h reads them. */
#ifndef PATCHBAY_BASE_UUID_H
#define PATCHBAY_BASE_UUID_H

#define UUID_TEXT_SIZE 37 /* with its NUL */

/* "01234567-89ab-cdef-0123-456789abcdef" */
void uuid_format(const unsigned char uuid[16], char text[UUID_TEXT_SIZE]);

#endif
