"""routerd sends each editor action to the cheapest model that will do, and shows the price first."""

__version__ = "0.1.0"
