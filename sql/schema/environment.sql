create table environment (
    environment_id bigint not null generated always as identity,
    name text not null,
    type text not null,
    description text,
    access_url text,
    status text not null default 'PUBLISHED',
    created_at timestamptz not null default now(),
    constraint environment_key primary key (environment_id),
    constraint environment_name_unique unique (name),
    constraint environment_name_grammar check (
        char_length(name) between 1 and 255 and name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029,]' and name = btrim(name, ' ')),
    constraint environment_description_length check (char_length(description) <= 1000),
    constraint environment_access_url_length check (char_length(access_url) <= 2000),
    constraint environment_type_known check (type in ('PRODUCTION', 'SANDBOX', 'TEST')),
    constraint environment_status_known check (status in ('PUBLISHED', 'UNPUBLISHED', 'REPUBLISH_REQUIRED'))
);
comment on table environment is 'Where connections are deployed: a set of workers.';
comment on column environment.environment_id is 'Identity.';
comment on column environment.name is 'What answers call it.';
comment on column environment.type is 'PRODUCTION, SANDBOX or TEST.';
comment on column environment.description is 'Free text.';
comment on column environment.access_url is 'Where its gateways are reached; only told.';
comment on column environment.status is 'PUBLISHED, UNPUBLISHED or REPUBLISH_REQUIRED.';
comment on column environment.created_at is 'When it was added.';
comment on constraint environment_key on environment is 'Identity.';
comment on constraint environment_name_unique on environment is 'One environment of a name.';
comment on constraint environment_name_grammar on environment is
    '1 to 255 characters, no comma (clients list names with commas), no control character, no leading or trailing space.';
comment on constraint environment_description_length on environment is 'At most 1000 characters.';
comment on constraint environment_access_url_length on environment is 'At most 2000 characters.';
comment on constraint environment_type_known on environment is 'PRODUCTION, SANDBOX or TEST.';
comment on constraint environment_status_known on environment is 'PUBLISHED, UNPUBLISHED or REPUBLISH_REQUIRED.';

create table environment_project (
    project_id bigint not null,
    environment_id bigint not null,
    constraint environment_project_key primary key (project_id, environment_id),
    constraint environment_project_project foreign key (project_id) references project,
    constraint environment_project_environment foreign key (environment_id) references environment
);
create index environment_project_by_environment on environment_project (environment_id);
comment on table environment_project is 'Which environments a project''s connections are deployed to.';
comment on column environment_project.project_id is 'The project.';
comment on column environment_project.environment_id is 'The environment.';
comment on constraint environment_project_key on environment_project is 'Linked once.';
comment on constraint environment_project_project on environment_project is 'A project.';
comment on constraint environment_project_environment on environment_project is 'An environment.';
comment on index environment_project_by_environment is 'An environment''s projects.';
