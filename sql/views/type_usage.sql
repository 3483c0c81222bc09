create view type_usage as
select project.name as project, connection.dialect, connection.type, count(*) as connections,
       count(*) filter (where connection.enabled) as enabled, count(*) filter (where connection.secrets <> '{}') as sealed,
       max(connection.updated_at) as updated_at
from connection join project using (project_id)
group by project.name, connection.dialect, connection.type
order by project.name, connection.dialect, connection.type;
comment on view type_usage is 'Which types of connections each project uses, and how many connections it has of each.';
comment on column type_usage.project is 'Whose they are.';
comment on column type_usage.dialect is 'Which API made them.';
comment on column type_usage.type is 'email, database, ... What a type consists of: patchbay type show.';
comment on column type_usage.connections is 'How many there are.';
comment on column type_usage.enabled is 'How many of them are enabled.';
comment on column type_usage.sealed is 'How many of them have sealed values.';
comment on column type_usage.updated_at is 'When one of them last changed.';
