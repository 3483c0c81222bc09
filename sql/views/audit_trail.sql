-- Changes of connections and everything else in one, to be read from its end by xact_id, for which both tables have an index.
create view audit_trail as
select trail.happened_at, coalesce(project.name, case when trail.project_id = 0 then '(registry)' else format('(project %s)', trail.project_id) end) as project,
       trail.actor, trail.action, trail.connection_id, trail.connection, trail.revision, trail.request_id, trail.detail, trail.project_id, trail.event_id,
       trail.xact_id
from (
    select history.changed_at as happened_at, history.project_id, history.changed_by as actor, 'connection.' || history.operation as action,
           history.connection_id, history.name as connection, history.revision, history.request_id,
           case when history.restored_revision is null then jsonb_build_object('type', history.type)
                else jsonb_build_object('type', history.type, 'restored', history.restored_revision) end as detail,
           null::bigint as event_id, history.xact_id
    from connection_revision as history
    union all
    select event.happened_at, event.project_id, event.actor, event.action, event.connection_id, null, null, event.request_id, event.detail, event.event_id,
           event.xact_id
    from audit_event as event
) as trail
left join project on project.project_id = trail.project_id;
comment on view audit_trail is 'Who did what and when: changes of connections, secrets read, permissions refused, logins, and what administrators did.';
comment on column audit_trail.happened_at is 'When.';
comment on column audit_trail.project is 'Where; (registry) for what concerns no project.';
comment on column audit_trail.actor is 'Who: token:12, user:anna, or a database role.';
comment on column audit_trail.action is 'What: connection.update, secrets.read, permission.refused, token.issue, login, ...';
comment on column audit_trail.connection_id is 'On which connection; null where it was none.';
comment on column audit_trail.connection is 'What its name was, where it was changed.';
comment on column audit_trail.revision is 'Which revision the change made.';
comment on column audit_trail.request_id is 'The X-Request-Id; null when it was done with psql or the command.';
comment on column audit_trail.detail is 'More, by name. Never a secret.';
comment on column audit_trail.project_id is 'The project''s number; 0 for none.';
comment on column audit_trail.event_id is 'The number of an event; null for changes of connections.';
comment on column audit_trail.xact_id is 'The transaction: the order of the trail.';
