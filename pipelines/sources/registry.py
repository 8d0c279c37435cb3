"""Every source by name, in the order in which they are listed and fetched; the ledger hands its own over."""

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

FETCHED: dict[str, Connector] = {
    module.SOURCE.describe.name: module.SOURCE
    for module in (
        epoch_models,
        epoch_companies,
        epoch_infrastructure,
        epoch_hardware,
        genai_prices,
        llm_prices,
        openrouter,
        litellm_prices,
        sec_edgar,
    )
}
CONNECTORS: dict[str, Connector] = {**FETCHED, ledger.NAME: ledger.SOURCE}
AGES = {name: connector.describe.max_age_days for name, connector in CONNECTORS.items()}
