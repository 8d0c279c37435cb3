"""Epoch AI's data on machine-learning hardware: release, price, peak performance, power, memory."""

import datetime as dt
from typing import Any

from pipelines.sources.base import Row
from pipelines.sources.epoch import File, csv_file, description, observations, source

FILE = "ml_hardware.csv"
DESCRIBE = description(
    "epoch_hardware",
    "Data on machine learning hardware",
    (csv_file(FILE, "ml_hardware.csv"),),
    "Hardware without a release date is irrelevant here.",
)
SERIES = {
    "hardware_release_price": ("Release price (USD)", "USD"),
    "hardware_peak_fp16": ("FP16 (half precision) performance (FLOP/s)", "FLOP/s"),
    "hardware_peak_tensor_16": ("Tensor-FP16/BF16 performance (FLOP/s)", "FLOP/s"),
    "hardware_peak_int8": ("INT8 performance (OP/s)", "OP/s"),
    "hardware_power": ("TDP (W)", "W"),
    "hardware_memory": ("Memory size per board (Byte)", "bytes"),
    "hardware_memory_bandwidth": ("Memory bandwidth (byte/s)", "bytes/s"),
}
REQUIRED = ("Hardware name", "Manufacturer", "Release date", *(column for column, _ in SERIES.values()))


def _hardware(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    day, name, maker = row.day("Release date"), row.required("Hardware name"), row.text("Manufacturer")
    found = observations(row, SERIES, name, day, maker, vintage)
    return found if day else []


SOURCE = source(DESCRIBE, File(FILE, REQUIRED, _hardware))
