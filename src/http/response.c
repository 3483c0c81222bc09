/*
 * Field values are checked where they are added: a control character in one could end the head and begin something that the
 * client takes for ours. Values come from this program, so one that holds any is a bug, not a bad request.
 */
#include "http/response.h"

#include <assert.h>

static bool has_control_character(struct bytes value)
{
    for (size_t i = 0; i < value.length; i++)
        if ((unsigned char) value.data[i] < 0x20 || value.data[i] == 0x7F)
            return true;
    return false;
}

void http_response_add(struct http_response *response, const char *name, struct bytes value)
{
    assert(response->field_count < HTTP_RESPONSE_FIELDS_MAX);
    assert(!has_control_character(value) && !has_control_character(bytes_from(name)));
    response->fields[response->field_count++] = (struct http_response_field){.name = name, .value = value};
}

const char *http_status_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {207, "Multi-Status"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {424, "Failed Dependency"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}
