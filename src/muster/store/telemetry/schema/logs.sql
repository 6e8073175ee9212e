-- One row is one line. (received_at, row) names it: the time of receipt is one value for a whole
-- insert and rises from one insert to the next, so an insert is one part and `row` is its place there.
-- `ts` is the line's own time, at most `received_at`. (epoch, sequence) say from which batch it came;
-- the first row of a batch has its hash, so a batch is stored if and only if its receipt is.
-- `words` knows the runs of letters of a message in lower case: digits stay out, since each number
-- would be a word of its own and cost more than the line. Ten parts are merged to one, not five: each
-- merge writes a row anew. See docs/adr/0012-log-table.md.
CREATE TABLE IF NOT EXISTS logs
(
    received_at  DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    row          UInt32 CODEC(Delta, ZSTD(1)),
    ts           DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    agent_id     LowCardinality(String),
    runner       LowCardinality(String),
    source       LowCardinality(String),
    level        LowCardinality(String),
    message      String CODEC(ZSTD(1)),
    fields       Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    epoch        LowCardinality(String),
    sequence     UInt64 CODEC(Delta, ZSTD(1)),
    batch_sha256 String CODEC(ZSTD(1)),
    INDEX words translate(message, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 'abcdefghijklmnopqrstuvwxyz          ')
          TYPE text(tokenizer = splitByNonAlpha),
    INDEX received received_at TYPE minmax GRANULARITY 1,
    INDEX epochs epoch TYPE bloom_filter(0.01) GRANULARITY 4,
    PROJECTION per_minute
    (
        SELECT toStartOfMinute(ts) AS minute, level, agent_id, runner, count()
        GROUP BY minute, level, agent_id, runner
    )
)
ENGINE = {merge_tree}
PARTITION BY toDate(received_at)
ORDER BY (ts, received_at, row)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 2048,
    merge_selector_base = 10
