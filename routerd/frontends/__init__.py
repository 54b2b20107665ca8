"""The doors: the only code that knows pygls, typer or HTML."""
