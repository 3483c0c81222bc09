create function is_purging() returns boolean
language sql stable
as $$
    select current_user = 'patchbay_owner' and coalesce(current_setting('patchbay.purging', true), '') = 'on'
$$;
comment on function is_purging() is 'Whether history_purge is at work, the only way by which history goes. Nobody else is the owner.';
revoke execute on function is_purging from public;
