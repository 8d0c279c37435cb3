"""The plugin `live`: live sources on AI models and companies, evidence from them, growth over whole databases.

Belongs here: connectors, a module for each publisher, with a section in catalogue.toml, columns in columns.csv and an
entry in `connectors` below. Does not: how files are fetched and stored (`read.sources`).
"""

from tidebook.pipelines.read.plugin import Listed, Plugin, View

_HERE = "tidebook.plugins.live"

PLUGIN = Plugin(
    name="live",
    settings=f"{_HERE}.settings:LiveSettings",
    units={
        "FLOP": {"meaning": "floating-point operations", "words": ("FLOP", "FLOPs"), "counts": False},
        "GPU": {"meaning": "graphics processors", "words": ("GPUs", "GPU", "gpus", "gpu")},
        "token": {"meaning": "tokens of text", "words": ("tokens", "token"), "binary": True},
        "Mtok": {
            "meaning": "million tokens", "words": ("1M tokens", "million tokens"), "counts": False, "of": "1e6 token",
        },
    },
    tables={
        "database_models": f"{_HERE}.tables:DatabaseModels",
        "model_prices": f"{_HERE}.tables:ModelPrices",
        "source_observations": f"{_HERE}.tables:SourceObservations",
        "trends": f"{_HERE}.tables:Trends",
    },
    appendix={
        "trends": Listed(
            "sources", "Growth per year, measured in databases", "quantity population since growth low high n method"
        ),
        "interpretation_verdicts": Listed(
            "metrics",
            "Verdicts on whole databases",
            "claim_id interpretation status value low high | probability n reason",
        ),
    },
    interpretations={"database": f"{_HERE}.database:DatabaseInterpretation"},
    connectors={
        "epoch_models": f"{_HERE}.epoch:MODELS",
        "epoch_companies": f"{_HERE}.epoch:COMPANIES",
        "epoch_infrastructure": f"{_HERE}.epoch:INFRASTRUCTURE",
        "epoch_hardware": f"{_HERE}.epoch:HARDWARE",
        "genai_prices": f"{_HERE}.price_lists:GENAI_PRICES",
        "llm_prices": f"{_HERE}.price_lists:LLM_PRICES",
        "openrouter": f"{_HERE}.openrouter:SOURCE",
        "litellm_prices": f"{_HERE}.price_lists:LITELLM_PRICES",
        "sec_edgar": f"{_HERE}.sec_edgar:SOURCE",
    },
    files=("reference/entities.csv", "reference/scores.csv"),
    steps=f"{_HERE}.steps",
    views={"database": View("on the database of {}", f"{_HERE}.replay:VIEW")},
    commands={"sources review": f"{_HERE}.commands:review"},
    docs="plugins/live/README.md",
)  # fmt: skip
