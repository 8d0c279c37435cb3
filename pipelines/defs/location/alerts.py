"""Alerts to the webhook that TIDEBOOK_WEBHOOK names."""

import os

import dagster as dg

from tidebook.pipelines.read.settings import settings


@dg.definitions
def alerts() -> dg.Definitions:
    """Return the sensors that report what a person has to know, none without a webhook."""
    address = os.environ.get("TIDEBOOK_WEBHOOK")
    if not address:
        return dg.Definitions()
    from tidebook.pipelines.defs.alerts import alert_defs

    return alert_defs(address, settings(), os.environ.get("TIDEBOOK_LATE_MINUTES", ""))
