/*
 * The table is short and its patterns differ early, so it is walked from the top: the first row that fits wins.
 */
#include "api/route.h"

#include <string.h>
#include <strings.h>

#include "http/url.h"

/* The next segment of a path that begins with '/'; false at the end. A single trailing slash makes no segment. */
static bool next_segment(struct bytes *path, struct bytes *segment)
{
    if (path->length == 0 || (path->length == 1 && path->data[0] == '/')) {
        return false;
    }
    struct bytes rest = bytes_slice(*path, 1, path->length);
    const char *slash = memchr(rest.data, '/', rest.length);
    size_t end = slash == NULL ? rest.length : (size_t) (slash - rest.data);

    *segment = bytes_slice(rest, 0, end);
    *path = bytes_slice(rest, end, rest.length);
    return true;
}

static bool is_parameter(struct bytes segment)
{
    return segment.length > 2 && segment.data[0] == '{';
}

/* Loosely: "Connection" for "connections". */
static bool is_segment(struct bytes expected, struct bytes actual, bool loose)
{
    if (loose && expected.length == actual.length + 1 && expected.data[expected.length - 1] == 's') {
        expected.length--;
    }
    return expected.length == actual.length
           && (loose ? strncasecmp(expected.data, actual.data, actual.length) : memcmp(expected.data, actual.data, actual.length)) == 0;
}

/* The undecoded parameters of `path` where it fits the pattern. */
static bool fits(const char *pattern_text, bool loose, struct bytes path, struct bytes parameters[API_PARAMETERS_MAX])
{
    struct bytes pattern = bytes_from(pattern_text);
    struct bytes expected;
    struct bytes actual;
    size_t count = 0;

    while (next_segment(&pattern, &expected)) {
        if (!next_segment(&path, &actual)) {
            return false;
        }
        if (is_parameter(expected)) {
            if (count < API_PARAMETERS_MAX) {
                parameters[count++] = actual;
            }
        } else if (!is_segment(expected, actual, loose)) {
            return false;
        }
    }
    return !next_segment(&path, &actual);
}

static bool serves(const struct api_route *route, enum http_method method)
{
    return http_method_from(bytes_from(route->method)) == (method == HTTP_HEAD ? HTTP_GET : method);
}

static bool decode_parameters(struct api_exchange *exchange)
{
    for (size_t i = 0; i < API_PARAMETERS_MAX; i++) {
        if (exchange->parameters[i].data != NULL
            && !url_decode(exchange->parameters[i], false, exchange->arena, &exchange->parameters[i])) {
            return false;
        }
    }
    return true;
}

static void allow_method(struct buf *allow, const char *method)
{
    buf_printf(allow, "%s%s", allow->length > 0 ? ", " : "", method);
    if (strcmp(method, "GET") == 0) {
        buf_add_string(allow, ", HEAD");
    }
}

enum route_match route_find(struct api_exchange *exchange, struct bytes *allow)
{
    struct bytes parameters[API_PARAMETERS_MAX] = {{NULL, 0}};
    const struct api_route *any = NULL;
    struct buf methods;

    buf_init(&methods, exchange->arena, 64);
    for (const struct api_route *route = api_routes(); route->method != NULL; route++) {
        struct bytes found[API_PARAMETERS_MAX] = {{NULL, 0}};
        if (!fits(route->pattern, route->dialect->loose, exchange->request->path, found)) {
            continue;
        }
        if (any != NULL && strcmp(any->pattern, route->pattern) != 0) {
            continue; /* an earlier, more exact pattern has taken the path */
        }
        allow_method(&methods, route->method);
        if (any == NULL || serves(route, exchange->request->method)) {
            memcpy(parameters, found, sizeof parameters);
            any = route;
        }
    }
    if (any == NULL) {
        return ROUTE_NO_PATH;
    }
    buf_add_string(&methods, ", OPTIONS");
    *allow = buf_bytes(&methods);
    exchange->route = any;
    memcpy(exchange->parameters, parameters, sizeof parameters);
    if (!serves(any, exchange->request->method)) {
        return ROUTE_NO_METHOD;
    }
    return decode_parameters(exchange) ? ROUTE_FOUND : ROUTE_BAD_PATH;
}

const struct api_dialect *route_dialect(struct bytes path)
{
    const struct api_route *routes = api_routes();

    for (const struct api_route *route = routes; route->method != NULL; route++) {
        if (bytes_starts(path, route->dialect->prefix)) {
            return route->dialect;
        }
    }
    return routes->dialect;
}
