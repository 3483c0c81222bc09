-- fields: names of what differs from the revision before, told when somebody reads: changes do nothing for it. Members of the settings, and columns by the
-- names that answers use. Boxes can be compared under one key only: while a rotation has re-sealed one of two revisions, a sealed field is not named. (The last
-- replace(...) is place_member, spelled out: who reads a view needs the right to each function in it, and auditors have none.)
create view connection_history as
select project.name as project, history.name, history.revision, history.operation, history.changed_at, history.changed_by, history.request_id,
       case when before.revision is not null or history.operation = 'create' then array(
            select distinct field collate "C"
            from (
                select named.field
                from (values ('name', history.name is distinct from before.name),
                             ('description', history.description is distinct from before.description),
                             ('enabled', history.enabled is distinct from before.enabled),
                             ('deployToWorker', history.deploy_to_worker is distinct from before.deploy_to_worker and history.dialect = 'apinizer'),
                             ('service', history.service is distinct from before.service),
                             ('externalid', history.external_id is distinct from before.external_id)) as named (field, differs)
                where named.differs
                union all
                select coalesce(new_member.key, old_member.key)
                from jsonb_each(history.settings::jsonb) as new_member
                full join jsonb_each(before.settings::jsonb) as old_member on old_member.key = new_member.key
                where new_member.value is distinct from old_member.value
                union all
                select replace(replace(split_part(substr(coalesce(new_box.key, old_box.key), 2), '/', 1), '~1', '/'), '~0', '~')
                from jsonb_each(history.secrets) as new_box full join jsonb_each(before.secrets) as old_box on old_box.key = new_box.key
                where new_box.key is null or old_box.key is null or (new_box.value <> old_box.value and history.key_number = before.key_number)
            ) as differing (field)
            order by 1) end as fields,
       history.restored_revision, history.type, history.service, history.external_id, history.description, history.enabled, history.deploy_to_worker,
       history.settings, array(select jsonb_object_keys(history.secrets) order by 1) as sealed, history.key_number, history.dialect, history.public_id,
       history.connection_id, history.project_id
from connection_revision as history
left join project using (project_id)
left join lateral (
    select older.* from connection_revision as older
    where older.project_id = history.project_id and older.connection_id = history.connection_id and older.revision < history.revision
    order by older.revision desc limit 1) as before on true;
comment on view connection_history is 'Every state that every connection had, and which fields each change touched: connection_revision with everything but its boxes.';
comment on column connection_history.project is 'Whose it was.';
comment on column connection_history.name is 'The name as it was then.';
comment on column connection_history.revision is 'The revision that this change made. A deletion counts as one.';
comment on column connection_history.operation is 'create, update, delete or restore. A row of a deletion holds the last state.';
comment on column connection_history.changed_at is 'When.';
comment on column connection_history.changed_by is 'Who: token:12, user:anna, or a database role.';
comment on column connection_history.request_id is 'The X-Request-Id; null when it was made with psql.';
comment on column connection_history.fields is 'Names of the fields that differ from the revision before; null when that is purged.';
comment on column connection_history.restored_revision is 'restore: which revision this one is made from.';
comment on column connection_history.type is 'As in connection.';
comment on column connection_history.service is 'As in connection.';
comment on column connection_history.external_id is 'As in connection.';
comment on column connection_history.description is 'As in connection.';
comment on column connection_history.enabled is 'As in connection.';
comment on column connection_history.deploy_to_worker is 'As in connection.';
comment on column connection_history.settings is 'As in connection: readable, null where a value is sealed.';
comment on column connection_history.sealed is 'The places of sealed values.';
comment on column connection_history.key_number is 'The key they are sealed with.';
comment on column connection_history.dialect is 'Which API made it.';
comment on column connection_history.public_id is 'As in connection.';
comment on column connection_history.connection_id is 'Identity.';
comment on column connection_history.project_id is 'The project''s number.';
