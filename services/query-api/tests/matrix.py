"""Every route, who may ask it, and how it is asked of a workspace's things: tests of tenants and roles walk them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx

from common.events import KeyScope

from .dashboards import PLACE
from .importing import Importer, overview
from .label_steps import Labeller
from .system import Tenant, until

DAYS = {"from": "2026-03-01", "to": "2026-03-05"}
CHANGES = "/v1/changes"
READ, EXPORT, MANAGE = KeyScope.READ, KeyScope.EXPORT, KeyScope.MANAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A route: who may ask, with what; `{…}` in path, query and body are a workspace's own ids.

    `own` is what it answers for the workspace's own ids, `foreign` for another's, which are as ids that never were.
    Where it names none, or another workspace's are left out, `foreign` is None and the answer must not tell of them.
    """

    method: str
    path: str
    scope: KeyScope | None = READ
    query: Mapping[str, str] | None = None
    body: object = None
    text: str | None = None
    """The body where it is no JSON."""
    own: int = 200
    foreign: int | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    """By a name of the path another one of the ids that stands in its place."""


# Any: wire shapes.
def _queried(**more: Any) -> dict[str, Any]:
    return {**DAYS, **more}


_DASHBOARD, _LABEL, _RULE = "/v1/dashboards/{dashboard_id}", "/v1/labels/{label_id}", "/v1/label-rules/{rule_id}"
_METRIC, _ANNOTATION = "/v1/metrics/{metric_id}", "/v1/annotations/{annotation_id}"
_TEMPLATE, _SHARED = "/v1/dashboard-templates/{template_id}", "/v1/shared/{token}"
_WIDGET = {"widget": "followers", "place": PLACE}
_SHOWN = {"name": "Whose", "widgets": [_WIDGET]}
_FORMULA = {"slug": "other", "name": "Other", "formula": "engagement"}
_RULED = {"name": "r", "conditions": [{"field": "format", "value": "video"}], "label_id": "{label_id}"}
_POST = {"account_id": "{account_id}", "post_id": "{post_id}"}
_LOOKER = {"configParams": {"hub": "user", "table": "posts"}}
_RANGED = {"dateRange": {"startDate": "2026-03-01", "endDate": "2026-03-04"}, "fields": [{"name": "post_id"}]}

_EXPORT, _SCHEDULE, _IMPORT = "/v1/exports/{export_id}", "/v1/schedules/{schedule_id}", "/v1/imports/{import_id}"
_FREE = {"metrics": ["post_video_views"], "dimensions": ["post_id"], "accounts": ["{account_id}"]}
_EVERYWHERE = {"metrics": ["post_video_views"], "dimensions": ["post_id"]}
_SCHEDULED = {"name": "x", "question": _FREE, "cron": "0 8 * * 1", "destination": {"kind": "storage"}}
_LINK = {"workspace": "{link_workspace}", "expires": "{link_expires}", "signature": "{link_signature}"}
_UPLOAD = overview('"March 1","7","5","1","1","0"')

# Those that delete stand behind those that need what is deleted.
ROWS = (
    Row(method="GET", path="/v1/widgets"),
    Row(method="GET", path="/v1/widgets/{slug}", query=_queried(accounts="{account_id}"), foreign=422),
    Row(method="POST", path="/v1/widgets/{slug}", body=_queried(accounts=["{account_id}"]), foreign=422),
    Row(
        method="POST",
        path="/v1/query",
        body=_queried(metrics=["{custom}"], dimensions=["post_id"]),
        foreign=422,
    ),
    Row(method="GET", path="/v1/schema"),
    Row(method="GET", path="/v1/accounts"),
    Row(method="GET", path=CHANGES),
    Row(method="GET", path="/v1/metrics"),
    Row(
        method="POST",
        path="/v1/metrics",
        scope=MANAGE,
        body={**_FORMULA, "formula": "{custom} + 1"},
        own=201,
        foreign=422,
    ),
    Row(
        method="POST",
        path="/v1/metrics/preview",
        body={"formula": "engagement", "metric_id": "{metric_id}"},
        foreign=404,
    ),
    Row(method="GET", path=_METRIC, foreign=404),
    Row(method="PUT", path=_METRIC, scope=MANAGE, body={**_FORMULA, "slug": "same", "version": 1}, foreign=404),
    Row(method="GET", path="/v1/labels"),
    Row(method="POST", path="/v1/labels", scope=MANAGE, body={"kind": "label", "name": "Another"}, own=201),
    Row(method="GET", path=_LABEL, foreign=404),
    Row(method="PATCH", path=_LABEL, scope=MANAGE, body={"name": "Renamed"}, foreign=404),
    Row(
        method="POST",
        path="/v1/post-labels",
        scope=MANAGE,
        body={"posts": [_POST], "add": ["{label_id}"], "remove": []},
        foreign=422,
    ),
    Row(method="GET", path="/v1/post-labels/{account_id}/{post_id}", foreign=404),
    Row(method="GET", path="/v1/label-rules"),
    Row(method="POST", path="/v1/label-rules", scope=MANAGE, body=_RULED, own=201, foreign=422),
    Row(method="GET", path=_RULE, foreign=404),
    Row(method="PATCH", path=_RULE, scope=MANAGE, body={"name": "renamed"}, foreign=404),
    Row(method="POST", path=f"{_RULE}/apply", scope=MANAGE, body={"preview": True}, foreign=404),
    Row(method="GET", path="/v1/calendar", query=_queried(accounts="{account_id}"), foreign=422),
    Row(method="GET", path="/v1/posts/{account_id}/{post_id}", foreign=404),
    Row(method="GET", path="/v1/dashboards"),
    Row(
        method="POST",
        path="/v1/dashboards",
        scope=MANAGE,
        body={"name": "x", "filters": {"labels": ["{label_id}"]}},
        own=201,
        foreign=422,
    ),
    Row(method="GET", path=_DASHBOARD, foreign=404),
    Row(method="PATCH", path=_DASHBOARD, scope=MANAGE, body={"name": "Renamed", "version": 1}, foreign=404),
    Row(
        method="PUT",
        path=_DASHBOARD,
        scope=MANAGE,
        body={**_SHOWN, "widgets": [{**_WIDGET, "widget_id": "{widget_id}"}], "version": 2},
        foreign=404,
    ),
    Row(method="POST", path=f"{_DASHBOARD}/duplicate", scope=MANAGE, body={}, own=201, foreign=404),
    Row(method="GET", path=f"{_DASHBOARD}/shares", scope=MANAGE, foreign=404),
    Row(method="POST", path=f"{_DASHBOARD}/shares", scope=MANAGE, body={}, own=201, foreign=404),
    Row(method="GET", path="/v1/dashboard-templates"),
    Row(
        method="POST",
        path="/v1/dashboard-templates",
        scope=MANAGE,
        body={"dashboard_id": "{dashboard_id}"},
        own=201,
        foreign=404,
    ),
    Row(method="GET", path=_TEMPLATE, foreign=404),
    Row(method="GET", path="/v1/annotations", query=DAYS),
    Row(
        method="POST",
        path="/v1/annotations",
        scope=MANAGE,
        body={"from": "2026-03-01", "text": "x", "account_id": "{account_id}"},
        own=201,
        foreign=422,
    ),
    Row(method="GET", path=_ANNOTATION, foreign=404),
    Row(
        method="PUT",
        path=_ANNOTATION,
        scope=MANAGE,
        body={"from": "2026-03-01", "text": "y", "version": 1},
        foreign=404,
    ),
    Row(method="GET", path="/v1/exports", scope=EXPORT),
    Row(
        method="POST",
        path="/v1/exports",
        scope=EXPORT,
        body={"parameters": _queried(**_FREE)},
        own=202,
        foreign=422,
    ),
    Row(method="GET", path=_EXPORT, scope=EXPORT, foreign=404),
    Row(method="GET", path=f"{_EXPORT}/manifest", scope=EXPORT, foreign=404),
    Row(method="GET", path=f"{_EXPORT}/file", scope=None, query=_LINK, foreign=404),
    # It has ended.
    Row(method="POST", path=f"{_EXPORT}/cancel", scope=EXPORT, own=409, foreign=404),
    Row(method="GET", path="/v1/schedules", scope=MANAGE),
    Row(method="POST", path="/v1/schedules", scope=MANAGE, body=_SCHEDULED, own=201, foreign=422),
    Row(method="GET", path=_SCHEDULE, scope=MANAGE, foreign=404),
    Row(method="PUT", path=_SCHEDULE, scope=MANAGE, body={**_SCHEDULED, "question": _EVERYWHERE}, foreign=404),
    Row(method="POST", path=f"{_SCHEDULE}/pause", scope=MANAGE, foreign=404),
    Row(method="POST", path=f"{_SCHEDULE}/resume", scope=MANAGE, foreign=404),
    Row(method="POST", path=f"{_SCHEDULE}/run", scope=MANAGE, own=202, foreign=404),
    Row(method="GET", path=f"{_SCHEDULE}/deliveries", scope=MANAGE, foreign=404),
    Row(method="DELETE", path=_SCHEDULE, scope=MANAGE, own=204, foreign=404),
    Row(method="GET", path="/v1/imports"),
    Row(
        method="POST",
        path="/v1/imports",
        scope=MANAGE,
        query={"account_id": "{account_id}"},
        text=_UPLOAD,
        own=201,
        foreign=422,
    ),
    Row(method="GET", path=_IMPORT, foreign=404),
    Row(method="POST", path=f"{_IMPORT}/confirm", scope=MANAGE, foreign=404),
    Row(method="DELETE", path=_IMPORT, scope=MANAGE, foreign=404),
    Row(method="POST", path="/looker/v1/auth", body={}),
    Row(method="POST", path="/looker/v1/config", body={}),
    Row(method="POST", path="/looker/v1/schema", body=_LOOKER),
    Row(method="POST", path="/looker/v1/data", body={**_LOOKER, **_RANGED}),
    Row(method="GET", path=_SHARED, scope=None, foreign=404),
    Row(method="GET", path=f"{_SHARED}/widgets/{{widget_id}}", scope=None, foreign=404),
    Row(method="DELETE", path=f"{_DASHBOARD}/shares/{{share_id}}", scope=MANAGE, own=204, foreign=404),
    Row(method="DELETE", path=_TEMPLATE, scope=MANAGE, own=204, foreign=404),
    Row(method="DELETE", path=_ANNOTATION, scope=MANAGE, query={"version": "2"}, own=204, foreign=404),
    Row(method="DELETE", path=_DASHBOARD, scope=MANAGE, query={"version": "3"}, own=204, foreign=404),
    Row(method="DELETE", path=_METRIC, scope=MANAGE, query={"force": "true"}, own=204, foreign=404),
    Row(method="POST", path=f"{_LABEL}/merge", scope=MANAGE, body={"into": "{other_label_id}"}, foreign=404),
    Row(method="DELETE", path=_RULE, scope=MANAGE, own=204, foreign=404),
    Row(
        method="DELETE",
        path=_LABEL,
        scope=MANAGE,
        # A dashboard is narrowed to it since the merge.
        query={"force": "true"},
        named={"label_id": "other_label_id"},
        own=204,
        foreign=404,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A workspace with one of everything, by the names that rows give its ids."""

    ours: Labeller
    ids: Mapping[str, str]

    @property
    def traces(self) -> tuple[str, ...]:
        """What must be in nobody else's answer."""
        shown = {name: one for name, one in self.ids.items() if name not in ("slug", "link_workspace", "link_expires")}
        return (*shown.values(), str(self.ours.tenant.workspace_id), "Whose")


def world(ours: Labeller) -> World:
    account, post = str(ours.account_id), f"post{uuid4().hex[:12]}"
    ours.posts(post, caption="Whose")
    label, other = ours.make("Whose"), ours.make("Whose other")
    ours.mark(post, add=[label])
    done = {
        "rule": ours.done("POST", "/v1/label-rules", {**_RULED, "name": "Whose", "label_id": label}, status=201),
        "metric": ours.done("POST", "/v1/metrics", {**_FORMULA, "slug": "same", "name": "Whose"}, status=201),
        "noted": ours.done(
            "POST", "/v1/annotations", {"from": "2026-03-01", "text": "Whose", "account_id": account}, status=201
        ),
        "dashboard": ours.done(
            "POST",
            "/v1/dashboards",
            {"name": "Whose", "widgets": [{"widget": "followers", "place": PLACE}]},
            status=201,
        ),
    }
    dashboard = done["dashboard"]["dashboard_id"]
    share = ours.done("POST", f"/v1/dashboards/{dashboard}/shares", {"note": "Whose"}, status=201)
    template = ours.done("POST", "/v1/dashboard-templates", {"dashboard_id": dashboard}, status=201)
    ids = {
        "slug": "video_views",
        "account_id": account,
        "post_id": post,
        "label_id": label,
        "other_label_id": other,
        "rule_id": done["rule"]["rule_id"],
        "metric_id": done["metric"]["custom"]["id"],
        "custom": done["metric"]["slug"],
        "annotation_id": done["noted"]["annotation_id"],
        "dashboard_id": dashboard,
        "widget_id": done["dashboard"]["widgets"][0]["widget_id"],
        "share_id": share["share_id"],
        "token": share["token"],
        "template_id": template["template_id"],
        **_files(ours),
    }
    return World(ours=ours, ids=ids)


def _files(ours: Labeller) -> Mapping[str, str]:
    """A finished export with its link, a schedule, and an import."""
    account = str(ours.account_id)
    asked = {**DAYS, **_EVERYWHERE, "accounts": [account]}
    export = ours.done("POST", "/v1/exports", {"parameters": asked}, status=202)["export_id"]
    until(lambda: ours.done("GET", f"/v1/exports/{export}")["state"] == "done", seconds=60)
    link = urlsplit(ours.done("GET", f"/v1/exports/{export}")["download"]["url"]).query
    scheduled = {**_SCHEDULED, "name": "Whose", "question": {**_EVERYWHERE, "accounts": [account]}}
    imported = Importer(tenant=ours.tenant, account_id=ours.account_id).previewed(_UPLOAD)
    return {
        "export_id": export,
        "schedule_id": ours.done("POST", "/v1/schedules", scheduled, status=201)["schedule_id"],
        "import_id": imported["import_id"],
        **{f"link_{name}": value for name, value in parse_qsl(link)},
    }


def nowhere() -> Mapping[str, str]:
    """Ids of what never was."""
    made = {name: str(uuid4()) for name in ("account_id", "label_id", "other_label_id", "rule_id", "metric_id")}
    more = {name: str(uuid4()) for name in ("annotation_id", "dashboard_id", "widget_id", "share_id", "template_id")}
    files = {name: str(uuid4()) for name in ("export_id", "schedule_id", "import_id", "link_workspace")}
    token = f"{uuid4().hex}-{uuid4().hex}"
    return {
        **made,
        **more,
        **files,
        "link_expires": "4000000000",
        "link_signature": "0" * 64,
        "slug": "video_views",
        "post_id": f"post{uuid4().hex[:12]}",
        "custom": f"custom_{uuid4().hex}",
        "token": token,
    }


def ask(row: Row, tenant: Tenant, ids: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Response:
    """The answer; of a stream that goes on its beginning."""
    ids = {**ids, **{name: ids[other] for name, other in row.named.items()}}
    request = tenant.client.build_request(
        row.method,
        f"{tenant.url}{row.path.format(**ids)}",
        params=_filled(row.query, ids),
        json=_filled(row.body, ids),
        content=row.text,
        headers={**headers, **({"Content-Type": "text/csv"} if row.text else {})},
    )
    answer = tenant.client.send(request, stream=True)
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        answer.close()
    else:
        answer.read()
    return answer


# Any: a row's own nesting.
def _filled(given: object, ids: Mapping[str, str]) -> Any:
    match given:
        case str():
            return given.format(**ids) if given.startswith("{") else given
        case Mapping():
            return {name: _filled(one, ids) for name, one in given.items()}
        case list():
            return [_filled(one, ids) for one in given]
        case _:
            return given
