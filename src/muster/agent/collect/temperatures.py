"""Temperatures, where the machine has sensors."""

from collections.abc import Iterator, Mapping

import psutil

from muster.agent.collect.sample import Sample, sample


def read_temperatures() -> dict[str, float]:
    """Return degrees Celsius by sensor: chip and label, numbered when several are called the same.

    Raises OSError or psutil.Error.
    """
    read = getattr(psutil, "sensors_temperatures", None)
    found: dict[str, float] = {}
    for chip, sensors in (read() if read else {}).items():
        for sensor in sensors:
            name = f"{chip} {sensor.label}".strip()
            shown, number = name, 1
            while shown in found:
                number += 1
                shown = f"{name} {number}"
            found[shown] = sensor.current
    return found


def temperature_samples(temperatures: Mapping[str, float]) -> Iterator[Sample]:
    """Return the temperatures by sensor."""
    for sensor, celsius in temperatures.items():
        yield sample("temperature.celsius", round(celsius, 2), sensor=sensor)
