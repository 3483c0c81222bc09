/*
 * Every route there is. A new operation is a row here and a handler in its dialect's folder.
 */
#include "api/apinizer/apinizer.h"

static const struct api_route routes[] = {
    {"GET", "/apiops/projects/{project}/connections/", &apinizer_dialect, 0, apinizer_list_begin, apinizer_list_next},
    {"DELETE", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, 0, apinizer_delete_begin, apinizer_delete_next},
    {"GET", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, 0, apinizer_get_begin, apinizer_get_next},
    {"POST", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, API_BODY, apinizer_post_begin, apinizer_post_next},
    {"PUT", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, API_BODY, apinizer_put_begin, apinizer_put_next},
    {0},
};

const struct api_route *api_routes(void)
{
    return routes;
}
