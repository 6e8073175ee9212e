"""The questions about metrics, as SQL. Each answers rows (agent_id, metric, labels, [(bucket, value)]).

Parameters of all: `agents` and `metrics` (Array(String)), `start` and `end` of the grid in Unix seconds,
`step` in seconds, `lookback` in seconds; those of rollups also `rolled` in Unix seconds.

A counter's rate belongs to the bucket of the later one of two successive samples, also across a
bucket without any: rise and time are those between the two.
"""

from muster.store.telemetry.window_sql import COLUMNS, windows_of_samples

_SERIES = "agent_id, metric, labels"
_PICKED = "agent_id IN {agents:Array(String)} AND metric IN {metrics:Array(String)}"
_BUCKET = "intDiv(toUnixTimestamp({ts}) - {{start:Int64}}, {{step:Int64}})"
_BEFORE = f"OVER (PARTITION BY {_SERIES} ORDER BY {{ts}} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"


def _grouped(buckets: str) -> str:
    """Return series from rows (agent_id, metric, labels, bucket, value)."""
    return (
        f"SELECT {_SERIES}, groupArray((bucket, value)) FROM ({buckets}) "
        f"GROUP BY {_SERIES} ORDER BY {_SERIES} LIMIT {{limit:UInt32}}"
    )


def _between(ts: str, first: str, end: str) -> str:
    return f"{ts} >= toDateTime({first}, 'UTC') AND {ts} < toDateTime({end}, 'UTC')"


def _rates(pairs: str, ts: str) -> str:
    """Return mean rates by bucket from rows with a `rise` over `seconds`."""
    return (
        f"SELECT {_SERIES}, {_BUCKET.format(ts=ts)} AS bucket, sum(rise) / sum(seconds) AS value "
        f"FROM ({pairs}) WHERE {_between(ts, '{start:Int64}', '{end:Int64}')} AND seconds > 0 "
        f"GROUP BY {_SERIES}, bucket"
    )


GAUGES_OF_SAMPLES = _grouped(
    f"SELECT {_SERIES}, {_BUCKET.format(ts='ts')} AS bucket, avg(value) AS value FROM samples "
    f"WHERE {_PICKED} AND {_between('ts', '{start:Int64}', '{end:Int64}')} GROUP BY {_SERIES}, bucket"
)

_BEFORE_SAMPLE = _BEFORE.format(ts="ts")

RATES_OF_SAMPLES = _grouped(
    _rates(
        f"SELECT {_SERIES}, ts, lagInFrame(toNullable(value)) {_BEFORE_SAMPLE} AS before, "
        f"dateDiff('microsecond', lagInFrame(toNullable(ts)) {_BEFORE_SAMPLE}, ts) / 1e6 AS seconds, "
        "if(value >= before, value - before, value) AS rise FROM samples "
        f"WHERE {_PICKED} AND {_between('ts', '{start:Int64} - {lookback:Int64}', '{end:Int64}')}",
        "ts",
    )
)


def _windows(first: str) -> str:
    """Return windows from `first` to the end: rollups as far as they are up to date, else samples."""
    rolled = _between("ts", first, "least({rolled:Int64}, {end:Int64})")
    fresh = _between("samples.ts", f"greatest({{rolled:Int64}}, {first})", "{end:Int64}")
    return (
        f"SELECT {COLUMNS} FROM rollups FINAL WHERE {_PICKED} AND {rolled} "
        f"UNION ALL SELECT {COLUMNS} FROM ({windows_of_samples(f'{_PICKED} AND {fresh}')})"
    )


GAUGES_OF_WINDOWS = _grouped(
    f"SELECT {_SERIES}, {_BUCKET.format(ts='ts')} AS bucket, sum(total) / sum(samples) AS value "
    f"FROM ({_windows('{start:Int64}')}) GROUP BY {_SERIES}, bucket"
)

_BEFORE_WINDOW = _BEFORE.format(ts="ts")

RATES_OF_WINDOWS = _grouped(
    _rates(
        f"SELECT {_SERIES}, ts, lagInFrame(toNullable(last)) {_BEFORE_WINDOW} AS before, "
        f"lagInFrame(toNullable(last_ts)) {_BEFORE_WINDOW} AS since, "
        "dateDiff('microsecond', ifNull(since, first_ts), last_ts) / 1e6 AS seconds, "
        "increase + multiIf(isNull(before), 0, first >= before, first - before, first) AS rise "
        f"FROM ({_windows('{start:Int64} - {lookback:Int64}')})",
        "ts",
    )
)

LAST_OF_AGENT = (
    "SELECT metric, labels, toUnixTimestamp64Micro(max(ts)), argMax(value, ts) FROM samples "
    "WHERE agent_id = {agent:String} AND metric != '' "
    "AND ts >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') "
    "GROUP BY metric, labels ORDER BY metric, labels"
)
