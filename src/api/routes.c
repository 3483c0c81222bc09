/*
 * Every route there is. A new operation is a row here and a handler in its dialect's folder.
 */
#include "api/activecampaign/activecampaign.h"
#include "api/apinizer/apinizer.h"
#include "api/catalog/catalog.h"
#include "api/revision.h"

static const struct api_route routes[] = {
    {"GET", "/apiops/projects/{project}/connections/", &apinizer_dialect, NULL, apinizer_list_begin, apinizer_list_next},
    {"DELETE", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, NULL, apinizer_delete_begin, apinizer_delete_next},
    {"GET", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, NULL, apinizer_get_begin, apinizer_get_next},
    {"POST", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, "application/json", apinizer_post_begin, apinizer_post_next},
    {"PUT", "/apiops/projects/{project}/connections/{connection}/", &apinizer_dialect, "application/json", apinizer_put_begin, apinizer_put_next},
    {"GET", "/apiops/projects/{project}/connections/{connection}/deployments/", &apinizer_dialect, NULL, apinizer_deployments_begin,
     apinizer_deployments_next},
    {"GET", "/apiops/projects/{project}/connections/{connection}/revisions/", &apinizer_dialect, NULL, revision_list_begin, revision_list_next},
    {"GET", "/apiops/projects/{project}/connections/{connection}/revisions/{revision}/", &apinizer_dialect, NULL, revision_one_begin, revision_list_next},
    {"POST", "/apiops/projects/{project}/connections/{connection}/revisions/{revision}/restore/", &apinizer_dialect, NULL, revision_restore_begin,
     revision_restore_next},
    {"GET", "/apiops/projects/{project}/deleted/", &apinizer_dialect, NULL, revision_gone_begin, revision_gone_next},
    {"GET", "/apiops/projects/", &apinizer_dialect, NULL, apinizer_projects_begin, apinizer_projects_next},
    {"GET", "/apiops/projects/{project}/environments/", &apinizer_dialect, NULL, apinizer_environments_begin, apinizer_environments_next},
    {"GET", "/apiops/environments/{project}/", &apinizer_dialect, NULL, apinizer_environments_begin, apinizer_environments_next},
    {"GET", "/apiops/environments/", &apinizer_dialect, NULL, apinizer_environments_begin, apinizer_environments_next},
    {"GET", "/apiops/audit/", &apinizer_dialect, NULL, apinizer_audit_begin, apinizer_audit_next},
    {"POST", "/apiops/auth/token", &apinizer_dialect, "application/x-www-form-urlencoded", apinizer_token_begin, apinizer_token_next},
    {"GET", "/apiops/test/healthcheck", &apinizer_dialect, NULL, apinizer_healthcheck_begin, apinizer_healthcheck_next},
    {"GET", "/apiops/test/hello/{name}", &apinizer_dialect, NULL, apinizer_hello_begin, apinizer_hello_next},
    {"GET", "/api/3/connections", &activecampaign_dialect, NULL, activecampaign_list_begin, activecampaign_list_next},
    {"POST", "/api/3/connections", &activecampaign_dialect, "application/json", activecampaign_post_begin, activecampaign_post_next},
    {"GET", "/api/3/connections/deleted", &activecampaign_dialect, NULL, revision_gone_begin, revision_gone_next},
    {"GET", "/api/3/connections/{id}/revisions", &activecampaign_dialect, NULL, revision_list_begin, revision_list_next},
    {"GET", "/api/3/connections/{id}/revisions/{revision}", &activecampaign_dialect, NULL, revision_one_begin, revision_list_next},
    {"POST", "/api/3/connections/{id}/revisions/{revision}/restore", &activecampaign_dialect, NULL, revision_restore_begin, revision_restore_next},
    {"GET", "/api/3/connections/{id}", &activecampaign_dialect, NULL, activecampaign_get_begin, activecampaign_get_next},
    {"PUT", "/api/3/connections/{id}", &activecampaign_dialect, "application/json", activecampaign_put_begin, activecampaign_put_next},
    {"DELETE", "/api/3/connections/{id}", &activecampaign_dialect, NULL, activecampaign_delete_begin, activecampaign_delete_next},
    {"GET", CATALOG_ROOT "/", &catalog_dialect, NULL, catalog_links_begin, catalog_links_next},
    {"POST", CATALOG_ROOT "/", &catalog_dialect, "*", catalog_multiple_begin, catalog_multiple_next},
    {"GET", CATALOG_ROOT "/connections", &catalog_dialect, NULL, catalog_list_begin, catalog_list_next},
    {"POST", CATALOG_ROOT "/connections", &catalog_dialect, "*", catalog_post_begin, catalog_post_next},
    {"GET", CATALOG_ROOT "/connections/deleted", &catalog_dialect, NULL, revision_gone_begin, revision_gone_next},
    {"GET", CATALOG_ROOT "/connections/{id}/revisions", &catalog_dialect, NULL, revision_list_begin, revision_list_next},
    {"GET", CATALOG_ROOT "/connections/{id}/revisions/{revision}", &catalog_dialect, NULL, revision_one_begin, revision_list_next},
    {"POST", CATALOG_ROOT "/connections/{id}/revisions/{revision}/restore", &catalog_dialect, NULL, revision_restore_begin, revision_restore_next},
    {"GET", CATALOG_ROOT "/connections/{id}", &catalog_dialect, NULL, catalog_get_begin, catalog_get_next},
    {"POST", CATALOG_ROOT "/connections/{id}", &catalog_dialect, "*", catalog_post_begin, catalog_post_next},
    {"PUT", CATALOG_ROOT "/connections/{id}", &catalog_dialect, "*", catalog_put_begin, catalog_put_next},
    {"PATCH", CATALOG_ROOT "/connections/{id}", &catalog_dialect, "*", catalog_patch_begin, catalog_patch_next},
    {"DELETE", CATALOG_ROOT "/connections/{id}", &catalog_dialect, NULL, catalog_delete_begin, catalog_delete_next},
    {"GET", CATALOG_ROOT "/connections/{id}/dataSets", &catalog_dialect, NULL, catalog_data_sets_begin, catalog_data_sets_next},
    {"GET", CATALOG_ROOT "/connectors", &catalog_dialect, NULL, catalog_connectors_begin, catalog_connectors_next},
    {"GET", CATALOG_ROOT "/connectors/{id}", &catalog_dialect, NULL, catalog_connector_begin, catalog_connector_next},
    {"GET", CATALOG_ROOT "/connectors/{id}/stats", &catalog_dialect, NULL, catalog_connector_stats_begin, catalog_connector_stats_next},
    {0},
};

const struct api_route *api_routes(void)
{
    return routes;
}
