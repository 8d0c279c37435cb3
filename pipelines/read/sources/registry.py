"""Every source by name, in the order in which they are listed and fetched; the ledger hands its own over."""

from tidebook.pipelines.read.sources import epoch, ledger, openrouter, price_lists, sec_edgar
from tidebook.pipelines.read.sources.base import Connector

FETCHED: dict[str, Connector] = {
    one.describe.name: one
    for one in (
        epoch.MODELS,
        epoch.COMPANIES,
        epoch.INFRASTRUCTURE,
        epoch.HARDWARE,
        price_lists.GENAI_PRICES,
        price_lists.LLM_PRICES,
        openrouter.SOURCE,
        price_lists.LITELLM_PRICES,
        sec_edgar.SOURCE,
    )
}
CONNECTORS: dict[str, Connector] = {**FETCHED, ledger.NAME: ledger.SOURCE}
