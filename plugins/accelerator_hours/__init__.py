"""The plugin `accelerator_hours`: revenue per accelerator hour, and the prediction kind `ratio`."""

from tidebook.pipelines.read.plugin import Listed, Plugin

PLUGIN = Plugin(
    name="accelerator_hours",
    settings="tidebook.plugins.accelerator_hours.hours:AcceleratorHours",
    tables={"gpu_hours": "tidebook.plugins.accelerator_hours.tables:GpuHours"},
    appendix={"gpu_hours": Listed("scores", "Revenue per accelerator hour")},
    units={"GPU": {"meaning": "graphics processors", "words": ("GPUs", "GPU", "gpus", "gpu")}},
    kinds={"ratio": "tidebook.plugins.accelerator_hours.ratio"},
    steps="tidebook.plugins.accelerator_hours.hours",
    docs="plugins/accelerator_hours/README.md",
)
