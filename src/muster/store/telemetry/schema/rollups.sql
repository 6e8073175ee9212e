-- One row is one series in one window of 5 minutes. Rows are never changed: a window that got more
-- samples is computed anew from all of them, and the row with the highest version counts (FINAL).
-- `increase` is by how much a counter rose from `first` to `last`, restarts from zero included.
CREATE TABLE IF NOT EXISTS rollups
(
    agent_id LowCardinality(String),
    metric   LowCardinality(String),
    labels   LowCardinality(String),
    ts       DateTime('UTC') CODEC(Delta, ZSTD(1)),
    samples  UInt32 CODEC(ZSTD(1)),
    total    Float64 CODEC(ZSTD(1)),
    low      Float64 CODEC(ZSTD(1)),
    high     Float64 CODEC(ZSTD(1)),
    first    Float64 CODEC(ZSTD(1)),
    last     Float64 CODEC(ZSTD(1)),
    first_ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    last_ts  DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    increase Float64 CODEC(ZSTD(1)),
    version  UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = {replacing}(version)
PARTITION BY toStartOfMonth(ts)
ORDER BY (agent_id, metric, labels, ts)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
