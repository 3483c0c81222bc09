-- The four roles. They are the cluster's, not the database's, so they may exist already.
-- None gets a password here: set one with \password, or let pg_hba.conf say peer.
do $$
begin
    if not exists (select from pg_roles where rolname = 'patchbay_owner') then
        create role patchbay_owner nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'patchbay_worker') then
        create role patchbay_worker login;
    end if;
    if not exists (select from pg_roles where rolname = 'patchbay_admin') then
        create role patchbay_admin login;
    end if;
    if not exists (select from pg_roles where rolname = 'patchbay_auditor') then
        create role patchbay_auditor login;
    end if;
end
$$;

comment on role patchbay_owner is 'Owns the schema patchbay. Nobody logs in as it.';
comment on role patchbay_worker is 'The FastCGI workers: may execute the functions they call, and has no right to any table.';
comment on role patchbay_admin is 'Administrators with psql and the command: may read and change rows, held by constraints and triggers; sees no box.';
comment on role patchbay_auditor is 'Reads the views and nothing else.';
