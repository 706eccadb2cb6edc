-- What a host's robots.txt forbids is kept as the rules that were read in it, and no more as its text, so that a page
-- costs no reading of it. What was known as text is asked for again.
ALTER TABLE crawl_hosts ADD COLUMN rules TEXT;
UPDATE crawl_hosts SET robots_at = 0;
ALTER TABLE crawl_hosts DROP COLUMN robots;
