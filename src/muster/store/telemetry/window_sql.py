"""Samples by window, as SQL: what rollups are made of, and what stands in where there are none yet."""

from muster.model.mark import WINDOW_S

COLUMNS = "agent_id, metric, labels, ts, samples, total, low, high, first, last, first_ts, last_ts, increase"


def windows_of_samples(where: str) -> str:
    """Return the query that makes rows of `COLUMNS` from the samples that `where` picks.

    `increase` sums the differences of successive values; a value below the one before it counts from zero.
    """
    return (
        "SELECT agent_id, metric, labels, start AS ts, toUInt32(length(v)) AS samples, "
        "arraySum(v) AS total, arrayMin(v) AS low, arrayMax(v) AS high, v[1] AS first, v[-1] AS last, "
        "p[1].1 AS first_ts, p[-1].1 AS last_ts, "
        "arraySum(i -> if(v[i] >= v[i - 1], v[i] - v[i - 1], v[i]), range(2, length(v) + 1)) AS increase "
        "FROM (SELECT agent_id, metric, labels, "
        f"toStartOfInterval(samples.ts, INTERVAL {WINDOW_S} SECOND) AS start, "
        "arraySort(groupArray((samples.ts, value))) AS p, p.2 AS v "
        f"FROM samples WHERE metric != '' AND {where} GROUP BY agent_id, metric, labels, start)"
    )
