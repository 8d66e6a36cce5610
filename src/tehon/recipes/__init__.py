"""TOML only: mixtures, tuning recipes, suites, protocols, experiments."""
