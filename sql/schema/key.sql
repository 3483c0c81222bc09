create table key (
    key_number integer not null,
    canary text not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    constraint key_key primary key (key_number),
    constraint key_number_positive check (key_number > 0)
);
comment on table key is 'The numbers of the keys that boxes are sealed with. The keys themselves are in the keyring files of the workers, never here.';
comment on column key.key_number is 'As in the keyring.';
comment on column key.canary is 'A box of a known text. A worker whose key of that number does not make the same box has the wrong key and does not start.';
comment on column key.created_at is 'When the first box was sealed with it.';
comment on column key.retired_at is 'Since when no box may be sealed with it any more; null: in use.';
comment on constraint key_key on key is 'Identity.';
comment on constraint key_number_positive on key is 'Numbers begin with 1.';
