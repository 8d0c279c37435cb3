"""The yardstick: a Dagster job of eleven assets that hand a small frame on, run by Dagster's own command line."""

import dagster as dg
import pandas as pd


@dg.asset
def step_0() -> pd.DataFrame:
    """Make ten rows."""
    return pd.DataFrame({"value": range(10)})


def following(number: int) -> dg.AssetsDefinition:
    """Return the asset that adds one to what the one before it made."""

    @dg.asset(name=f"step_{number}", ins={"former": dg.AssetIn(f"step_{number - 1}")})
    def step(former: pd.DataFrame) -> pd.DataFrame:
        return former + 1

    return step


defs = dg.Definitions(
    assets=[step_0, *(following(number) for number in range(1, 11))],
    jobs=[dg.define_asset_job("toy", executor_def=dg.in_process_executor)],
)
