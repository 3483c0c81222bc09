/*
 * What a request says about itself is compared as the standards say: methods with letter case, field names and media types
 * without (names arrive lower-cased).
 */
#include "http/request.h"

#define REQUEST_ID_MAX 64

static const char *const method_names[] = {
    [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "OTHER",
};

struct bytes http_request_field(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->field_count; i++)
        if (bytes_is(request->fields[i].name, name)) {
            struct bytes value = request->fields[i].value;
            return value.data != NULL ? value : BYTES("");
        }
    return (struct bytes){NULL, 0};
}

enum http_method http_method_from(struct bytes name)
{
    for (int method = HTTP_GET; method < HTTP_OTHER; method++)
        if (bytes_is(name, method_names[method]))
            return (enum http_method) method;
    return HTTP_OTHER;
}

const char *http_method_name(enum http_method method)
{
    return method_names[method];
}

bool http_request_has_type(const struct http_request *request, const char *media_types)
{
    struct bytes rest = http_request_field(request, "content-type"), names = bytes_from(media_types), type, name;

    if (!bytes_cut(&rest, ';', &type))
        return false;
    while (bytes_cut(&names, ' ', &name))
        if (bytes_equal_nocase(bytes_trim(type), name))
            return true;
    return false;
}

static bool is_id_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool http_request_id_is_sane(struct bytes id)
{
    for (size_t i = 0; i < id.length; i++)
        if (!is_id_character(id.data[i]))
            return false;
    return id.length > 0 && id.length <= REQUEST_ID_MAX;
}
