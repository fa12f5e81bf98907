"""/_sandbox/faults: which faults are on, and where."""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.domain.faults import FAULTS, WEBHOOK_FAULTS, Rule, RuleBook, Rules
from sandbox.domain.world import World
from sandbox.entrypoints.inspection import InspectionError, said


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSwitches:
    world: World
    rules: RuleBook
    paths: Collection[str]
    """Of the endpoints that can be hit."""

    def routes(self) -> list[Route]:
        handlers = {"GET": self._show, "PUT": self._replace, "DELETE": self._end}
        return [Route("/_sandbox/faults", handler, methods=[method]) for method, handler in handlers.items()]

    async def _show(self, _: Request) -> Response:
        rules = [rule.model_dump(exclude_none=True) for rule in self.rules.rules()]
        says = {name: fault.says for name, fault in FAULTS.items()}
        return JSONResponse({"rules": rules, "faults": {**says, **WEBHOOK_FAULTS}})

    async def _replace(self, request: Request) -> Response:
        try:
            rules = Rules.model_validate_json(await request.body()).rules
        except ValidationError as error:
            raise InspectionError(422, said(error)) from error
        for index, rule in enumerate(rules):
            self._check_place(rule, f"rules.{index}")
        self.rules.replace(rules)
        return await self._show(request)

    async def _end(self, request: Request) -> Response:
        self.rules.replace(())
        return await self._show(request)

    def _check_place(self, rule: Rule, where: str) -> None:
        if rule.open_id is not None and self.world.account(rule.open_id) is None:
            raise InspectionError(422, f"{where}.open_id names no account of this world; /_sandbox/accounts lists them")
        if rule.path is not None and not any(path.endswith(rule.path) for path in self.paths):
            raise InspectionError(422, f"{where}.path is the end of none of {', '.join(sorted(self.paths))}")
