create view user_overview as
select user_account.user_id as id, user_account.name, user_account.is_admin as admin,
       case when user_account.disabled_at is null then 'enabled' else 'disabled' end as state,
       (select string_agg(project.name || '=' || array_to_string(user_permission.permissions, ','), ' ' order by project.name)
        from user_permission join project using (project_id) where user_permission.user_id = user_account.user_id
            and user_permission.permissions <> '{}') as permissions,
       user_account.created_at
from user_account order by user_account.user_id;
comment on view user_overview is 'Users and what they may in which project.';
comment on column user_overview.id is 'user_id.';
comment on column user_overview.name is 'What they log in with.';
comment on column user_overview.admin is 'Administrators may everything.';
comment on column user_overview.state is 'enabled or disabled.';
comment on column user_overview.permissions is 'PROJECT=CATEGORY:ACTION,... for each project.';
comment on column user_overview.created_at is 'When they were added.';
