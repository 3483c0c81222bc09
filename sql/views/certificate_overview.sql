create view certificate_overview as
select project.name as project, material.name, environment.environment, environment.alias, environment.subject, environment.valid_from,
       environment.valid_until, environment.sha1_thumbprint, material.revision, array(select connection.name from connection_reference join connection using (project_id, connection_id)
             where connection_reference.project_id = material.project_id and connection_reference.material_id = material.material_id order by 1) as used_by,
       material.key_number, material.updated_at, material.updated_by, material.description, material.material_id
from material
join project using (project_id)
left join material_environment as environment using (project_id, material_id)
where material.kind = 'certificate';
comment on view certificate_overview is 'Every certificate in every environment, with everything but the certificate itself.';
comment on column certificate_overview.project is 'Whose it is.';
comment on column certificate_overview.name is 'What connections call it.';
comment on column certificate_overview.environment is 'For which environment.';
comment on column certificate_overview.alias is 'What gateways call it there.';
comment on column certificate_overview.subject is 'The subject''s distinguished name.';
comment on column certificate_overview.valid_from is 'Not valid before.';
comment on column certificate_overview.valid_until is 'Not valid after.';
comment on column certificate_overview.sha1_thumbprint is 'SHA-1 of the whole certificate, in hex.';
comment on column certificate_overview.revision is 'Counts up by one a change.';
comment on column certificate_overview.used_by is 'The connections that name it.';
comment on column certificate_overview.key_number is 'The key that it is sealed with.';
comment on column certificate_overview.updated_at is 'When it last changed.';
comment on column certificate_overview.updated_by is 'Who last changed it.';
comment on column certificate_overview.description is 'Free text.';
comment on column certificate_overview.material_id is 'Identity.';
