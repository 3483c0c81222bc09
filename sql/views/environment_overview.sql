create view environment_overview as
select environment.environment_id as id, environment.name, environment.type, environment.status, environment.description, environment.access_url,
       (select string_agg(project.name, ',' order by project.name)
        from environment_project join project using (project_id) where environment_project.environment_id = environment.environment_id) as projects,
       environment.created_at
from environment order by environment.environment_id;
comment on view environment_overview is 'Environments and the projects that deploy to them.';
comment on column environment_overview.id is 'environment_id.';
comment on column environment_overview.name is 'What answers call it.';
comment on column environment_overview.type is 'PRODUCTION, SANDBOX or TEST.';
comment on column environment_overview.status is 'PUBLISHED, UNPUBLISHED or REPUBLISH_REQUIRED.';
comment on column environment_overview.description is 'Free text.';
comment on column environment_overview.access_url is 'Where its gateways are reached.';
comment on column environment_overview.projects is 'Comma-separated.';
comment on column environment_overview.created_at is 'When it was added.';
