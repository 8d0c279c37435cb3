"""The same job in DVC, Kedro, Hamilton and a plain script, beside `tidebook build`."""
