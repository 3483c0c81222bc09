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

create trigger connection_revision_guard before update on connection_revision for each statement when (not is_resealing()) execute function history_guard();
create trigger connection_revision_keep before delete on connection_revision for each statement when (not is_purging()) execute function history_guard();
create trigger connection_revision_keep_all before truncate on connection_revision for each statement execute function history_guard();
comment on trigger connection_revision_keep_all on connection_revision is 'History can not be emptied.';
create trigger audit_chain_guard before update or delete or truncate on audit_chain for each statement execute function history_guard();
comment on trigger audit_chain_guard on audit_chain is 'The chain can not be changed.';
create trigger audit_head_guard before insert or update or delete or truncate on audit_head for each statement
    when (current_user <> 'patchbay_owner') execute function history_guard();
comment on trigger audit_head_guard on audit_head is 'Only audit_chain_extend moves the ends of chains.';
comment on trigger connection_revision_keep on connection_revision is 'History can not be removed.';
create trigger audit_event_guard before update or delete or truncate on audit_event for each statement execute function history_guard();
comment on trigger connection_revision_guard on connection_revision is 'History can not be changed.';
comment on trigger audit_event_guard on audit_event is 'The audit trail can not be changed.';
