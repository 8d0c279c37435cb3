"""Every source by name, in the order in which they are listed and fetched; the ledger hands its own over."""

from pipelines.sources import epoch, genai_prices, ledger, litellm_prices, llm_prices, openrouter, sec_edgar
from pipelines.sources.base import Connector

FETCHED: dict[str, Connector] = {
    one.describe.name: one
    for one in (
        epoch.MODELS,
        epoch.COMPANIES,
        epoch.INFRASTRUCTURE,
        epoch.HARDWARE,
        genai_prices.SOURCE,
        llm_prices.SOURCE,
        openrouter.SOURCE,
        litellm_prices.SOURCE,
        sec_edgar.SOURCE,
    )
}
CONNECTORS: dict[str, Connector] = {**FETCHED, ledger.NAME: ledger.SOURCE}
AGES = {name: connector.describe.max_age_days for name, connector in CONNECTORS.items()}
