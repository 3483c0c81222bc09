create function audit_head_move(i_project_id bigint, i_position bigint, i_hash bytea) returns void
language sql volatile
as $$
    insert into audit_head (project_id, position, hash) values (i_project_id, i_position, i_hash)
    on conflict on constraint audit_head_key do update set position = excluded.position, hash = excluded.hash
$$;
comment on function audit_head_move(bigint, bigint, bytea) is 'Writes down the new end of a chain.';
revoke execute on function audit_head_move from public;
