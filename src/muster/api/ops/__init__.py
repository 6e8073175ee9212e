"""Operations: health, readiness, metrics, reload, documentation."""
