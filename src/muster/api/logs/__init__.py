"""`/console/v1/logs`: search, histogram, values, context, live tail, and JSON lines in."""
