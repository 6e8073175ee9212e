"""`/console/v1/logs`: search, histogram, fields, context, export, live tail, JSON lines in."""
