-- Anybody can set the variable, and functions run as the owner: so each function that updates a row with boxes begins by taking it back (a test
-- looks for that), and only key_boxes_put and key_retire set it.
create function is_resealing() returns boolean
language sql stable
as $$
    select current_user = 'patchbay_owner' and coalesce(current_setting('patchbay.resealing', true), '') = 'on'
$$;
comment on function is_resealing() is 'Whether key_boxes_put or key_retire is at work: the only changes that leave revision and history alone. Nobody else is the owner.';
revoke execute on function is_resealing from public;
grant execute on function is_resealing to patchbay_admin; -- triggers ask it when a row is written by hand
