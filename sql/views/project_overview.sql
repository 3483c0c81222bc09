create view project_overview as
select project.project_id as id, project.name, project.ims_org, project.description, project.created_at,
       (select count(*) from connection where connection.project_id = project.project_id) as connections
from project order by project.project_id;
comment on view project_overview is 'Projects and how many connections each has.';
comment on column project_overview.id is 'project_id.';
comment on column project_overview.name is 'As it stands in paths.';
comment on column project_overview.ims_org is 'The organisation of Catalog clients.';
comment on column project_overview.description is 'Free text.';
comment on column project_overview.created_at is 'When it was made.';
comment on column project_overview.connections is 'How many, of all dialects.';
