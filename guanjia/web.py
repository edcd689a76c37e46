"""The one web application: the API, the console's pages beside it."""

from fastapi import FastAPI

from api.app import create_app
from api.context import Platform
from dashboards.console.app import console_router


def web_application(context: Platform) -> FastAPI:
    """Everything that is served on the platform's port."""
    app = create_app(context)
    languages = sorted(("zh", "en"), key=lambda language: language != context.site.language)
    app.include_router(console_router(demo=context.demo, languages=languages))
    return app
