"""``/docs``: the OpenAPI description as one page of ours. No script, nothing from another host, so it works on a site without internet."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'", "Cache-Control": "no-cache"}
Field = tuple[str, str, bool, dict[str, Any], str]
"""Name, place, whether required, schema, meaning."""
_STYLE = """
body{font:16px/1.5 'Noto Sans SC',sans-serif;max-width:960px;margin:0 auto;padding:24px;color:#1f2a30;background:#f4f6f7}
h2{margin-top:40px;border-bottom:1px solid #c4ccd0}
details{background:#fff;border:1px solid #dde3e6;border-radius:6px;margin:8px 0;padding:8px 16px}
a{color:#0b5cad}summary{cursor:pointer}code{font-family:monospace}.verb{display:inline-block;width:72px;font-weight:700}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:4px 16px 4px 0;border-bottom:1px solid #eef1f2}
@media(prefers-color-scheme:dark){body{background:#12181c;color:#d5dde1}details{background:#1a2227;border-color:#2c363c}td,th,h2{border-color:#2c363c}a{color:#8cc4ff}}
"""


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    return HTMLResponse(page(request.app.openapi()), headers=_HEADERS)


def page(description: dict[str, Any]) -> str:
    """The whole page for an OpenAPI 3.1 description."""
    groups: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for verb, operation in operations.items():
            for tag in operation.get("tags", ["other"]):
                groups.setdefault(tag, []).append(_operation(description, verb, path, operation))
    title = escape(description["info"]["title"])
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(operations)}" for tag, operations in groups.items())
    introduction = _paragraphs(description["info"].get("description", ""))
    head = f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{title}</title>"
    link = "<p>Machine-readable: <a href=/openapi.json><code>/openapi.json</code></a></p>"
    return f"{head}<style>{_STYLE}</style><h1>{title}</h1>{introduction}{link}{body}</html>"


def _operation(description: dict[str, Any], verb: str, path: str, operation: dict[str, Any]) -> str:
    head = f"<span class=verb>{verb.upper()}</span><code>{escape(path)}</code> · {escape(operation.get('summary', ''))}"
    told = _paragraphs(operation.get("description", ""))
    fields = _parameters(operation) + _body_fields(description, operation)
    rows = "".join(_row(description, *field) for field in fields)
    table = f"<table><tr><th>name<th>in<th>type<th>meaning</tr>{rows}</table>" if rows else ""
    return f"<details><summary>{head}</summary>{told}{table}{_answer(description, operation)}</details>"


def _row(description: dict[str, Any], name: str, place: str, required: bool, schema: dict[str, Any], meaning: str) -> str:
    needed = " <b>required</b>" if required else ""
    kind = escape(_kind(description, schema))
    return f"<tr><td><code>{escape(name)}</code>{needed}<td>{escape(place)}<td>{kind}<td>{escape(meaning)}</tr>"


def _parameters(operation: dict[str, Any]) -> list[Field]:
    found = operation.get("parameters", [])
    return [(p["name"], p["in"], p.get("required", False), p["schema"], p.get("description", "")) for p in found]


def _body_fields(description: dict[str, Any], operation: dict[str, Any]) -> list[Field]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = _resolved(description, content["schema"])
        required = schema.get("required", [])
        fields = schema.get("properties", {}).items()
        return [(name, "body", name in required, field, field.get("description", "")) for name, field in fields]
    return []


def _answer(description: dict[str, Any], operation: dict[str, Any]) -> str:
    for status, response in operation.get("responses", {}).items():
        schema = _resolved(description, response.get("content", {}).get("application/json", {}).get("schema", {}))
        if status.startswith("2") and schema.get("properties"):
            fields = ", ".join(f"<code>{escape(name)}</code>" for name in schema["properties"])
            return f"<p>{status}: {fields}</p>"
    return ""


def _resolved(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, behind a reference or an optional."""
    for choice in (schema, *schema.get("anyOf", []), *schema.get("allOf", [])):
        if "$ref" in choice:
            found: dict[str, Any] = description["components"]["schemas"][choice["$ref"].rpartition("/")[2]]
            return found
    return schema


def _kind(description: dict[str, Any], schema: dict[str, Any]) -> str:
    """``integer``, ``one of power hvac …``, ``list of string``."""
    schema = _resolved(description, schema)
    if "anyOf" in schema:
        return " or ".join(_kind(description, choice) for choice in schema["anyOf"] if choice.get("type") != "null")
    if "enum" in schema:
        return "one of " + " ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(description, schema.get('items', {}))}"
    return str(schema.get("type", ""))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part.strip())
