"""The graph in Dagster: assets, checks, jobs, schedules and sensors, thin wrappers around plain functions."""
