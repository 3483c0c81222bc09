-- Only the newest end of the trail is read, which both of its tables have an index for; a minute that is longer is told too small. In a database that
-- was dumped and loaded, rows from before may have transactions beyond this cluster's newest: nothing of the last minute has.
create view activity_overview as
select project.project_id as id, project.name as project, coalesce(recent.changes, 0) as changes, coalesce(recent.readings, 0) as readings,
       coalesce(recent.refusals, 0) as refusals,
       (select count(*) from deployment where deployment.project_id = project.project_id and deployment.state <> 'applied') as pending,
       (select count(*) from connection where connection.project_id = project.project_id) as connections, recent.last_at
from project
left join (
    select trail.project_id, count(*) filter (where trail.action like 'connection.%') as changes,
           count(*) filter (where trail.action = 'secrets.read') as readings,
           count(*) filter (where trail.action = 'permission.refused') as refusals, max(trail.happened_at) as last_at
    from (select * from audit_trail where audit_trail.xact_id < pg_snapshot_xmax(pg_current_snapshot())
          order by audit_trail.xact_id desc limit 60000) as trail
    where trail.happened_at > clock_timestamp() - interval '1 minute'
    group by trail.project_id
) as recent using (project_id)
order by coalesce(recent.changes + recent.readings + recent.refusals, 0) desc, project.project_id;
comment on view activity_overview is 'What each project has been doing in the last minute, the busiest first.';
comment on column activity_overview.id is 'project_id.';
comment on column activity_overview.project is 'Its name.';
comment on column activity_overview.changes is 'Changes of connections in the last minute.';
comment on column activity_overview.readings is 'Readings of secrets in the last minute.';
comment on column activity_overview.refusals is 'Permissions refused in the last minute.';
comment on column activity_overview.pending is 'Deliveries to workers that are not known to have arrived.';
comment on column activity_overview.connections is 'How many there are.';
comment on column activity_overview.last_at is 'The newest entry of the trail in the last minute; null when there is none.';
