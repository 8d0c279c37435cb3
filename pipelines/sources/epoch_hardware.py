"""Epoch AI's data on machine-learning hardware: release, price, peak performance, power, memory."""

from __future__ import annotations

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
KNOWN = (
    "Type", "Notes", "FP64 (double precision) performance (FLOP/s)", "FP32 (single precision) performance (FLOP/s)",
    "TF32 (TensorFloat-32) performance (FLOP/s)", "INT16 performance (OP/s)", "INT4 performance (OP/s)",
    "Intranode bandwidth (byte/s)", "Internode bandwidth (bit/s)", "Die Size (mm^2)", "Base clock (MHz)",
    "Boost clock (MHz)", "Memory clock (MHz)", "Memory bus (bit)", "Tensor cores", "Process size (nm)", "Foundry",
    "Transistors (millions)", "Link to datasheet", "Source for the price", "ML models", "Last modified",
    "Max performance", "Energy efficiency", "FP8 performance (FLOP/s)", "FP4 performance (FLOP/s)",
    "Total processing performance (bit-OP/s)", "Price-performance", "ML OP/s",
)  # fmt: skip


def _hardware(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    day, name, maker = row.day("Release date"), row.required("Hardware name"), row.text("Manufacturer")
    found = observations(row, SERIES, name, day, maker, vintage)
    return found if day else []


SOURCE = source(DESCRIBE, File(FILE, REQUIRED, KNOWN, _hardware))
