create table user_account (
    user_id bigint not null generated always as identity,
    name text not null,
    password text not null,
    is_admin boolean not null default false,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    constraint user_account_key primary key (user_id),
    constraint user_account_name_unique unique (name),
    constraint user_account_name_grammar check (
        char_length(name) between 1 and 255 and name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]' and name = btrim(name, ' ')),
    constraint user_account_password_form check (password ~ '^scrypt\$[0-9]+\$[0-9]+\$[0-9]+\$[0-9a-f]{32}\$[0-9a-f]{64}$')
);
comment on table user_account is 'People. They log in with a password for a session, or have personal tokens.';
comment on column user_account.user_id is 'Identity.';
comment on column user_account.name is 'What they log in with (client_id).';
comment on column user_account.password is 'A verifier: scrypt$N$r$p$salt$hash, salt and hash in hex. The password is kept nowhere.';
comment on column user_account.is_admin is 'Administrators may everything in every project.';
comment on column user_account.created_at is 'When it was added.';
comment on column user_account.disabled_at is 'From then on no login and no token of theirs works; null: enabled.';
comment on constraint user_account_key on user_account is 'Identity.';
comment on constraint user_account_name_unique on user_account is 'One user of a name.';
comment on constraint user_account_name_grammar on user_account is '1 to 255 characters, no control character, no leading or trailing space.';
comment on constraint user_account_password_form on user_account is 'Never a password in the clear: only a verifier fits.';

create table user_permission (
    project_id bigint not null,
    user_id bigint not null,
    permissions permission_list not null,
    constraint user_permission_key primary key (project_id, user_id),
    constraint user_permission_project foreign key (project_id) references project,
    constraint user_permission_user foreign key (user_id) references user_account
);
create index user_permission_by_user on user_permission (user_id);
comment on table user_permission is 'What users may in projects. Their tokens may at most that.';
comment on column user_permission.project_id is 'Where.';
comment on column user_permission.user_id is 'Who.';
comment on column user_permission.permissions is 'What.';
comment on constraint user_permission_key on user_permission is 'One row a project and user.';
comment on constraint user_permission_project on user_permission is 'In a project.';
comment on constraint user_permission_user on user_permission is 'For a user.';
comment on index user_permission_by_user is 'A user''s projects.';

create table user_session (
    session_id bigint not null generated always as identity,
    digest credential_digest not null,
    user_id bigint not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint user_session_key primary key (session_id),
    constraint user_session_digest_unique unique (digest),
    constraint user_session_user foreign key (user_id) references user_account
);
create index user_session_by_expiry on user_session (expires_at);
create index user_session_by_user on user_session (user_id);
comment on table user_session is 'Access tokens from POST /apiops/auth/token: a user''s permissions in all their projects, for an hour.';
comment on column user_session.session_id is 'Identity.';
comment on column user_session.digest is 'SHA-256 of the access token.';
comment on column user_session.user_id is 'Whose.';
comment on column user_session.created_at is 'When they logged in.';
comment on column user_session.expires_at is 'From then on it is refused.';
comment on constraint user_session_key on user_session is 'Identity.';
comment on constraint user_session_digest_unique on user_session is 'A token is one session''s.';
comment on constraint user_session_user on user_session is 'A session is a user''s.';
comment on index user_session_by_expiry is 'Sessions that are over and can be cleared away.';
comment on index user_session_by_user is 'A user''s sessions, to end them.';

create table login_failure (
    digest credential_digest not null,
    failures integer not null,
    last_at timestamptz not null default now(),
    constraint login_failure_key primary key (digest)
);
create index login_failure_by_time on login_failure (last_at);
comment on table login_failure is 'Failed logins, so that guessing gets slower and slower. By name and address together: who guesses from elsewhere locks nobody out.';
comment on column login_failure.digest is 'SHA-256 of the name (existing or not) and the caller''s address.';
comment on column login_failure.failures is 'How many in a row.';
comment on column login_failure.last_at is 'The last one, or when somebody was let through after waiting; forgotten after a day.';
comment on constraint login_failure_key on login_failure is 'One row a name and address.';
comment on index login_failure_by_time is 'Those to be forgotten.';
