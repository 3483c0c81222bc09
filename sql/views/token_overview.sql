create view token_overview as
select token.token_id as id, project.name as project, token.name, array_to_string(token.permissions, ',') as permissions, user_account.name as "user",
       case when token.revoked_at is not null then 'revoked' when token.expires_at <= now() then 'expired' else 'valid' end as state,
       token.created_at, token.expires_at, token.last_used_at
from token join project using (project_id) left join user_account using (user_id) order by token.token_id;
comment on view token_overview is 'Tokens, without anything that opens a door.';
comment on column token_overview.id is 'What token_revoke takes.';
comment on column token_overview.project is 'The project it opens.';
comment on column token_overview.name is 'A label for people.';
comment on column token_overview.permissions is 'Comma-separated.';
comment on column token_overview."user" is 'Whose personal token it is; null: the project''s own.';
comment on column token_overview.state is 'valid, expired or revoked.';
comment on column token_overview.created_at is 'When it was issued.';
comment on column token_overview.expires_at is 'infinity: never.';
comment on column token_overview.last_used_at is 'To within token_touch_interval.';
