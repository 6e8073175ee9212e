"""Fleet management, as source 4 documents it; errors are `{"code": ..., "message": ...}`."""
