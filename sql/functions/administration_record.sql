-- What an administrator changes by hand in tables that functions look after otherwise is an audit event, too: which row, which columns, never what a
-- digest or a password verifier is. Functions write events of their own, and run as the owner.
create function administration_record() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
declare
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) else '{}' end;
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) else '{}' end;
    v_row jsonb := v_old || v_new;
begin
    if v_old = v_new then
        return null;
    end if;
    insert into audit_event (project_id, actor, action, detail)
    values (case when tg_table_name <> 'project' then coalesce((v_row ->> 'project_id')::bigint, 0) else 0 end, session_user,
            replace(tg_table_name, '_account', '') || '.' || lower(tg_op),
            jsonb_build_object(
                'by_hand', true,
                'row', (select jsonb_object_agg(member.key, member.value) from jsonb_each(v_row) as member
                        where member.key in ('name', 'project_id') or member.key like '%\_id' and member.value <> 'null'),
                'fields', coalesce((select jsonb_agg(distinct member.key order by member.key)
                                    from jsonb_each(v_row) as member where v_old -> member.key is distinct from v_new -> member.key), '[]')));
    return null;
end
$$;
comment on function administration_record() is 'Writes an audit event for what is changed by hand outside of connections: the row''s ids and name, and which columns.';
revoke execute on function administration_record from public;

create trigger project_record after insert or update or delete on project for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger token_record after insert or update or delete on token for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger client_record after insert or update or delete on client for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger user_account_record after insert or update or delete on user_account for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger user_permission_record after insert or update or delete on user_permission for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger user_session_record after insert or update or delete on user_session for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger environment_record after insert or update or delete on environment for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger worker_record after insert or update or delete on worker for each row when (current_user <> 'patchbay_owner') execute function administration_record();
create trigger environment_project_record after insert or update or delete on environment_project for each row when (current_user <> 'patchbay_owner') execute function administration_record();
comment on trigger project_record on project is 'Changes by hand are audited.';
comment on trigger token_record on token is 'Changes by hand are audited.';
comment on trigger client_record on client is 'Changes by hand are audited.';
comment on trigger user_account_record on user_account is 'Changes by hand are audited.';
comment on trigger user_permission_record on user_permission is 'Changes by hand are audited.';
comment on trigger user_session_record on user_session is 'Changes by hand are audited.';
comment on trigger environment_record on environment is 'Changes by hand are audited.';
comment on trigger worker_record on worker is 'Changes by hand are audited: another url is where secrets go.';
comment on trigger environment_project_record on environment_project is 'Changes by hand are audited.';
