-- What is kept for a time, by the moment at which the time begins.
CREATE INDEX events_by_age ON events (created_at);
CREATE INDEX crawl_hosts_by_age ON crawl_hosts (next_at);
CREATE INDEX jobs_parked ON jobs (parked_at) WHERE parked_at IS NOT NULL;
