create function history_guard() returns trigger
language plpgsql
as $$
begin
    raise exception using errcode = 'PB002', schema = tg_table_schema, table = tg_table_name,
        message = format('%s is only appended to; it can not be changed', tg_table_name),
        hint = 'What happened stays recorded.';
end
$$;
comment on function history_guard() is 'Refuses to change what is recorded.';
revoke execute on function history_guard from public;

create trigger connection_history_guard before update on connection_history for each statement when (not is_resealing()) execute function history_guard();
create trigger connection_history_keep before delete or truncate on connection_history for each statement execute function history_guard();
comment on trigger connection_history_keep on connection_history is 'History can not be removed.';
create trigger audit_event_guard before update or delete or truncate on audit_event for each statement execute function history_guard();
comment on trigger connection_history_guard on connection_history is 'History can not be changed.';
comment on trigger audit_event_guard on audit_event is 'The audit trail can not be changed.';
