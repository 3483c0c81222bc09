create function worker_seen(i_worker_id uuid[], i_silence_ms integer[])
returns table (ordinal bigint, seen boolean)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    update worker set alive_until = clock_timestamp() + i_silence_ms[1] * interval '1 millisecond' where worker.worker_id = any (i_worker_id);
    return query select request.ordinal, true from unnest(i_worker_id) with ordinality as request (id, ordinal);
end
$$;
comment on function worker_seen(uuid[], integer[]) is 'Workers gave a sign of life: what they hold is known for so long.';
revoke execute on function worker_seen from public;
grant execute on function worker_seen to patchbay_worker;
