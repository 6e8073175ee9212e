"""`/console/v1/tryout` and `/console/v1/backtest`: drafts of runner configurations, tried."""
