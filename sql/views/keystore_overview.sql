create view keystore_overview as
select project.name as project, material.name, environment.environment, environment.format, environment.alias, material.revision,
       array(select connection.name from connection_reference join connection using (project_id, connection_id)
             where connection_reference.project_id = material.project_id and connection_reference.material_id = material.material_id order by 1) as used_by, material.key_number, material.updated_at, material.updated_by,
       material.description, material.material_id
from material
join project using (project_id)
left join material_environment as environment using (project_id, material_id)
where material.kind = 'keystore';
comment on view keystore_overview is 'Every keystore in every environment, with everything but file and password.';
comment on column keystore_overview.project is 'Whose it is.';
comment on column keystore_overview.name is 'What connections call it.';
comment on column keystore_overview.environment is 'For which environment.';
comment on column keystore_overview.format is 'JKS or PKCS12.';
comment on column keystore_overview.alias is 'The entry to be used, where one was named.';
comment on column keystore_overview.revision is 'Counts up by one a change.';
comment on column keystore_overview.used_by is 'The connections that name it.';
comment on column keystore_overview.key_number is 'The key that file and password are sealed with.';
comment on column keystore_overview.updated_at is 'When it last changed.';
comment on column keystore_overview.updated_by is 'Who last changed it.';
comment on column keystore_overview.description is 'Free text.';
comment on column keystore_overview.material_id is 'Identity.';
