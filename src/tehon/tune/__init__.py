"""A release and a base become an adapter."""
