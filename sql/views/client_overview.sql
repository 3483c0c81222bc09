create view client_overview as
select client_id as id, name, case when revoked_at is null then 'valid' else 'revoked' end as state, created_at
from client order by client_id;
comment on view client_overview is 'Clients of the Catalog dialect.';
comment on column client_overview.id is 'What client_revoke takes.';
comment on column client_overview.name is 'What connections show as createdClient.';
comment on column client_overview.state is 'valid or revoked.';
comment on column client_overview.created_at is 'When it was added.';
