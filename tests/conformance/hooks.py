"""Ids that exist, for schemathesis: of random ones every answer is a 404.

Where the document has a list `GET /things` and an operation on `/things/{id}`, the ids that the list shows to the caller are put
into the calls, and into fields `thing_id` of bodies. Every fourth id stays as it was drawn.
"""

import json
import os
import urllib.error
import urllib.request
import uuid

import schemathesis

BASE = os.environ["CONFORMANCE_URL"]
TOKEN = os.environ.get("CONFORMANCE_TOKEN")


def get(path):
    request = urllib.request.Request(BASE + path)
    if TOKEN:
        request.add_header("authorization", f"Bearer {TOKEN}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return {}  # not for this caller


def ids_by_path():
    """The ids behind each list that has operations on its things, as far as this caller sees them."""
    paths = get("/api/v1/openapi.json")["paths"]
    lists = [path for path in paths if "get" in paths[path] and any(other.startswith(path + "/{") for other in paths)]
    # Lists of one thing's own (`/things/{id}/parts`) are not asked.
    return {path: [thing["id"] for thing in get(path).get("results", []) if "id" in thing] for path in lists if "{" not in path}


IDS = ids_by_path()


def known(drawn, ids):
    """One of the ids, the same for the same draw; what is no id stays what it is."""
    try:
        number = uuid.UUID(drawn).int
    except (AttributeError, TypeError, ValueError):
        return drawn
    return ids[number % len(ids)] if ids and number % 4 != 3 else drawn


def name_things(value):
    if isinstance(value, dict):
        return {name: known(inner, ids_named(name)) if isinstance(inner, str) else name_things(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [name_things(inner) for inner in value]
    return value


def ids_named(field):
    """`listing_id` → the ids of /api/v1/listings."""
    word = field.removesuffix("_id")
    if word == field:
        return []
    return IDS.get(f"/api/v1/{word}s") or IDS.get(f"/api/v1/{word}") or []


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        case.path_parameters[name] = known(value, IDS.get(path.split("/{")[0], []))
    if case.body:
        case.body = name_things(case.body)
