"""The built-in console: page shells, our own style sheets and ES modules. Pages carry no data; they read the API like any other client."""

from dashboards.console.app import console_router

__all__ = ["console_router"]
