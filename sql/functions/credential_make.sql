-- <prefix>_<48 hex digits><8 hex digits>: 192 random bits and a checksum (the first 4 bytes of SHA-256 of what stands before it).
-- src/seal/digest.h checks the same form.
create function credential_make(i_prefix text) returns text
language sql volatile
as $$
    select body || left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 8)
    from (select i_prefix || '_'
              || left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 48) as body) as made
$$;
comment on function credential_make(text) is 'A new credential: prefix (pbt token, pbc client key, pbs session), 192 random bits, checksum. It is kept nowhere.';
revoke execute on function credential_make from public;
