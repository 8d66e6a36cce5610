"""Pure functions on str."""
