-- A batch that inserts 0 here is refused as a whole. Nothing is kept: whether a caller still may do what the batch does is
-- asked in the batch itself, since a request may take a while to come in.
CREATE VIEW caller_checks AS SELECT 0 AS is_allowed WHERE 0;
CREATE TRIGGER caller_checks_refused INSTEAD OF INSERT ON caller_checks WHEN NOT NEW.is_allowed BEGIN
    SELECT RAISE (ABORT, 'constraint failed: caller may not');
END;
