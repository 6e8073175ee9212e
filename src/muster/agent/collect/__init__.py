"""Collectors: read the machine, return values of model."""
