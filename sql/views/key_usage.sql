create view key_usage as
select key.key_number as number, case when key.retired_at is not null then 'retired' else 'in use' end as state,
       coalesce(sealed.boxes, 0) as boxes, key.created_at, key.retired_at
from key
left join (
    select key_number, sum(boxes)::bigint as boxes from (
        select key_number, (select count(*) from jsonb_object_keys(secrets)) as boxes from connection where secrets <> '{}'
        union all
        select key_number, (select count(*) from jsonb_object_keys(secrets)) from connection_revision where secrets <> '{}'
        union all
        select key_number, (select count(*) from jsonb_object_keys(secrets)) from material where secrets <> '{}'
        union all
        select key_number, 1 from worker where credential is not null
    ) as rows_with_boxes group by key_number
) as sealed using (key_number)
order by key.key_number;
comment on view key_usage is 'Keys, and how many boxes each still has, those of the history, of keystores and certificates, and workers'' credentials included.';
comment on column key_usage.number is 'As in the keyring.';
comment on column key_usage.state is 'in use or retired. Which one is active is told by the keyring: patchbay key status.';
comment on column key_usage.boxes is 'How many sealed values need it.';
comment on column key_usage.created_at is 'When it was made known.';
comment on column key_usage.retired_at is 'When it was retired.';
