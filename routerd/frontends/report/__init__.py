"""The spending report: one self-contained HTML page that asks no network when it is read."""

from routerd.frontends.report.page import Spenders, page

__all__ = ["Spenders", "page"]
