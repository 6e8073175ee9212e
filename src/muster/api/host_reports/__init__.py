"""Host reports over HTTP, as source 1 documents them; errors are `{"error": "..."}`."""
