/*
 * Connectors of the Catalog dialect: read-only, from the files NAME.json of conf/connectors, read at start.
 *
 *     {"id": "salesforce", "name": "Salesforce", "description": "...", "version": "0.1", "type": "batch", "category": "standard",
 *      "documents": [{"name": "...", "link": "...", "type": "pdf"}], "frequency": {...}, "maxConnections": 5, "uiCreationAllowed": true, ...}
 *
 * id and name must be there, everything else is shown as it stands. A folder that does not exist has no connectors. A wrong file stops the
 * start with its name, line and reason.
 */
#ifndef PATCHBAY_REGISTRY_CONNECTOR_H
#define PATCHBAY_REGISTRY_CONNECTOR_H

#include "base/fault.h"
#include "json/reader.h"

struct connector_table;

bool connector_table_load(struct connector_table **table, const char *directory, struct fault *fault) __attribute__((warn_unused_result));
void connector_table_free(struct connector_table *table);
size_t connector_count(const struct connector_table *table);
/* The whole object, with its id; in order of ids. */
const struct json_value *connector_at(const struct connector_table *table, size_t index);
const struct json_value *connector_find(const struct connector_table *table, struct bytes id);

#endif
