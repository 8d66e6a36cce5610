"""Scores of many models become one report."""
