"""Every source by name, in the order in which they are listed and fetched; the ledger hands its own over."""

from __future__ import annotations

from pipelines.sources import (
    epoch_companies,
    epoch_hardware,
    epoch_infrastructure,
    epoch_models,
    genai_prices,
    ledger,
    litellm_prices,
    llm_prices,
    openrouter,
    sec_edgar,
)
from pipelines.sources.base import Connector

ALL: tuple[Connector, ...] = (
    epoch_models.SOURCE,
    epoch_companies.SOURCE,
    epoch_infrastructure.SOURCE,
    epoch_hardware.SOURCE,
    genai_prices.SOURCE,
    llm_prices.SOURCE,
    openrouter.SOURCE,
    litellm_prices.SOURCE,
    sec_edgar.SOURCE,
)
CONNECTORS: dict[str, Connector] = {connector.describe.name: connector for connector in (*ALL, ledger.SOURCE)}
AGES = {name: connector.describe.max_age_days for name, connector in CONNECTORS.items()}
