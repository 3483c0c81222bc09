create table project (
    project_id bigint not null generated always as identity,
    name text not null,
    ims_org text,
    description text,
    created_at timestamptz not null default now(),
    constraint project_key primary key (project_id),
    constraint project_name_unique unique (name),
    constraint project_ims_org_unique unique (ims_org),
    constraint project_name_grammar check (
        char_length(name) between 1 and 255 and name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029/]' and name = btrim(name, ' ')),
    constraint project_ims_org_length check (char_length(ims_org) between 1 and 255),
    constraint project_description_length check (char_length(description) <= 1000)
);
comment on table project is 'A team''s part of the registry. Everything that a project holds has its project_id first in every key.';
comment on column project.project_id is 'Identity; sealed secrets are bound to it, so it never changes.';
comment on column project.name is 'As it stands in paths; letter case matters.';
comment on column project.ims_org is 'The organisation that Catalog clients name in x-gw-ims-org-id; null: not reachable by that dialect.';
comment on column project.description is 'Free text.';
comment on column project.created_at is 'When it was made.';
comment on constraint project_key on project is 'Identity.';
comment on constraint project_name_unique on project is 'One project of a name.';
comment on constraint project_ims_org_unique on project is 'An organisation is one project.';
comment on constraint project_name_grammar on project is '1 to 255 characters, no slash, no control character, no leading or trailing space.';
comment on constraint project_ims_org_length on project is '1 to 255 characters.';
comment on constraint project_description_length on project is 'At most 1000 characters.';
