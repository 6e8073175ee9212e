"""What happens to log data between a reader and a sender. Pure where it can be; no HTTP, no store."""
