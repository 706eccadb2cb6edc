-- The sign-up with the same address and password from the same network that stands for this one: a later one for which a
-- code was mailed, or an earlier one.
ALTER TABLE sign_ups ADD COLUMN replaced_by TEXT;
