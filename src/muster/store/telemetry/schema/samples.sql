-- One row is one sample, but for the receipt of each batch: metric '', ts = time of receipt, value =
-- how many samples the batch has. It comes with them in one insert, and one part, so a batch is
-- stored if and only if its receipt is; the marks are rebuilt from receipts after a crash.
-- The order puts the series of one agent side by side: they share their times, and blocks of ts that
-- span several series compress to almost nothing.
CREATE TABLE IF NOT EXISTS samples
(
    received_on  Date,
    agent_id     LowCardinality(String),
    metric       LowCardinality(String),
    labels       LowCardinality(String),
    ts           DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1))
                 SETTINGS (min_compress_block_size = 524288, max_compress_block_size = 1048576),
    value        Float64 CODEC(ZSTD(1)),
    epoch        LowCardinality(String),
    sequence     UInt64 CODEC(DoubleDelta, ZSTD(1)),
    batch_sha256 String CODEC(ZSTD(1))
)
ENGINE = {merge_tree}
PARTITION BY received_on
ORDER BY (agent_id, metric, labels, ts)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
