/*
 * Checked before the database is asked, so that the answer names the permission that is wrong and not a constraint.
 */
#include "cli/permission.h"

static const char *const categories[] = {"API_MANAGEMENT", "SECRETS", "IDENTITY", "CONNECTIONS", "GLOBAL_SETTINGS", NULL};
static const char *const actions[] = {"MANAGE", "DEPLOY_UNDEPLOY", "EXPORT_IMPORT", "VIEW", NULL};

static bool is_among(const char *const *names, struct bytes name)
{
    for (; *names != NULL; names++) {
        if (bytes_is(name, *names)) {
            return true;
        }
    }
    return false;
}

bool permission_known(struct bytes name)
{
    struct bytes action = name, category;

    return bytes_cut(&action, ':', &category) && is_among(categories, category) && is_among(actions, action);
}

bool permission_check_list(struct bytes list, struct fault *fault)
{
    struct bytes rest = list, name;

    while (bytes_cut(&rest, ',', &name)) {
        if (!permission_known(name)) {
            return fault_set(fault, FAULT_INVALID,
                             "there is no permission \"%.*s\": they are API_MANAGEMENT, SECRETS, IDENTITY, CONNECTIONS or GLOBAL_SETTINGS, "
                             "a colon, then MANAGE, DEPLOY_UNDEPLOY, EXPORT_IMPORT or VIEW",
                             BYTES_FORMAT(name));
        }
    }
    if (list.length == 0 || bytes_ends(list, ",")) {
        return fault_set(fault, FAULT_INVALID, "a permission is missing: the list is CATEGORY:ACTION, with commas between them");
    }
    return true;
}
