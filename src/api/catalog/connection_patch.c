#include "api/catalog/catalog.h"
enum api_step catalog_json_patch_begin(struct api_context *context, struct api_exchange *exchange) { (void) context; return catalog_error(exchange, 400, "This server takes no JSON Patch."); }
enum api_step catalog_json_patch_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *r) { (void) context; (void) r; return catalog_error(exchange, 400, "This server takes no JSON Patch."); }
