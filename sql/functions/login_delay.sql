-- After the fourth failure in a row a second, after each further one twice as long, up to five minutes.
create function login_delay(i_failures integer) returns interval
language sql immutable
as $$
    select case when i_failures < 4 then interval '0' else least(300, 2 ^ least(9, i_failures - 4)) * interval '1 second' end
$$;
comment on function login_delay(integer) is 'How long a name and address have to wait after so many failed logins in a row.';
revoke execute on function login_delay from public;
