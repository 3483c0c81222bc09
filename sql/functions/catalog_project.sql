create function catalog_project(i_project text) returns bigint
language plpgsql stable set search_path = patchbay, pg_temp
as $$
begin
    return (select project.project_id from project where project.ims_org = substr(i_project, 67));
end
$$;
comment on function catalog_project(text) is 'The project of the organisation in a Catalog caller''s text /DIGEST/ORGANISATION; null when there is none.';
revoke execute on function catalog_project from public;
