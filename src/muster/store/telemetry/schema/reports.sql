-- One row is one report. `received_at` is one value for a whole insert, so an insert is one part;
-- `ts` is the report's own time, at most `received_at`. (epoch, sequence, batch_sha256) are the
-- batch's identity, empty for imports: the marks are rebuilt from them after a crash.
CREATE TABLE IF NOT EXISTS reports
(
    received_at  DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    ts           DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    agent_id     LowCardinality(String),
    id           String CODEC(ZSTD(1)),
    cpu          Float64 CODEC(ZSTD(1)),
    memory       Float64 CODEC(ZSTD(1)),
    body         String CODEC(ZSTD(3)),
    epoch        LowCardinality(String),
    sequence     UInt64 CODEC(DoubleDelta, ZSTD(1)),
    batch_sha256 String CODEC(ZSTD(1)),
    INDEX ids id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX received received_at TYPE minmax GRANULARITY 1
)
ENGINE = {merge_tree}
PARTITION BY toDate(received_at)
ORDER BY (agent_id, ts, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 512
