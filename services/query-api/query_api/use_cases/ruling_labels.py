"""Auto-label rules: keeping them, applying one to the posts there are, and to new posts as they appear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.errors import BadInput, Conflict, NotFound
from query_api.domain.label_rules import MOST_RULES, LabelRule
from query_api.domain.post_labels import Change, PostRef
from query_api.ports.labels import LabelPorts, Matching
from query_api.use_cases.keeping_labels import standing
from query_api.use_cases.marking_posts import MarkingPosts, Outcome

# Posts of one look at the warehouse.
_AT_A_LOOK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`matching` posts in all; `labelled` got it now; `next_post`: behind it the rest is still to be looked at."""

    matching: int
    labelled: int
    next_post: PostRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingLabels:
    ports: LabelPorts
    clock: Clock

    async def all(self, caller: Principal) -> Sequence[LabelRule]:
        """Those that concern nobody's accounts but the caller's."""
        rules = await self.ports.rules.of_workspace(caller.workspace_id)
        return [rule for rule in rules if rule.is_open_to(caller)]

    async def one(self, caller: Principal, rule_id: UUID) -> LabelRule:
        for rule in await self.all(caller):
            if rule.rule_id == rule_id:
                return rule
        raise NotFound("label rule")

    async def create(self, caller: Principal, wished: Mapping[str, object], readable: Sequence[UUID]) -> LabelRule:
        """`wished`: the fields of a rule that a person gives; `readable`: the accounts the caller may read."""
        if len(await self.ports.rules.of_workspace(caller.workspace_id)) >= MOST_RULES:
            raise Conflict(f"the workspace has {MOST_RULES} rules, the most there may be; delete some")
        rule = LabelRule.model_validate(
            {
                "rule_id": self.ports.new_id(),
                "workspace_id": caller.workspace_id,
                "since": self.clock.now(),
                **wished,
                "accounts": _theirs(caller, wished.get("accounts"), readable),
            }
        )
        await self._require_label(rule)
        await self.ports.rules.add(rule)
        return rule

    async def change(
        self, caller: Principal, rule_id: UUID, wished: Mapping[str, object], readable: Sequence[UUID]
    ) -> LabelRule:
        rule = await self.one(caller, rule_id)
        accounts = {"accounts": _theirs(caller, wished["accounts"], readable)} if "accounts" in wished else {}
        later = rule.changed({**wished, **accounts}, at=self.clock.now())
        await self._require_label(later)
        if not await self.ports.rules.replace(later):
            raise Conflict("somebody changed the rule at the same moment; look again, then try again")
        return later

    async def delete(self, caller: Principal, rule_id: UUID) -> None:
        await self.ports.rules.remove(await self.one(caller, rule_id))

    async def apply(
        self,
        caller: Principal,
        rule_id: UUID,
        *,
        readable: Sequence[UUID],
        preview: bool,
        after: PostRef | None,
    ) -> Applied:
        """The rule's posts of the next look, behind `after`; with `preview` nothing changes."""
        rule = await self.one(caller, rule_id)
        wanted = Matching(rule=rule, accounts=_within(rule, readable), after=after, limit=_AT_A_LOOK)
        count = await self.ports.posts.count(Matching(rule=rule, accounts=wanted.accounts, limit=1))
        if preview:
            return Applied(matching=count, labelled=0, next_post=after)
        looked = await self._labelled(wanted)
        return Applied(matching=count, labelled=looked.labelled, next_post=looked.next_post)

    async def follow(self, workspace_id: UUID, account_id: UUID) -> None:
        """Posts of the account changed: label those that are new to a rule."""
        for rule in await self.ports.rules.of_workspace(workspace_id):
            accounts = _within(rule, [account_id])
            after: PostRef | None = None
            while rule.enabled and accounts:
                wanted = Matching(rule=rule, accounts=accounts, new=True, after=after, limit=_AT_A_LOOK)
                after = (await self._labelled(wanted)).next_post
                if after is None:
                    break

    async def _labelled(self, wanted: Matching) -> Applied:
        rule = wanted.rule
        erased = await self.ports.erased.among(rule.workspace_id, wanted.accounts)
        label = standing(await self.ports.labels.of_workspace(rule.workspace_id)).get(rule.label_id)
        found = await self.ports.posts.matching(wanted)
        posts = {ref: channel for ref, channel in found.items() if label and ref.account_id not in erased}
        change = Change(add=(label,) if label else (), by_rule=True)
        marking = MarkingPosts(ports=self.ports, clock=self.clock)
        done = await marking.change(rule.workspace_id, posts, change) if posts else {}
        return Applied(
            matching=len(found),
            labelled=sum(one.outcome is Outcome.CHANGED for one in done.values()),
            # The order of ids is ClickHouse's own.
            next_post=list(found)[-1] if len(found) == wanted.limit else None,
        )

    async def _require_label(self, rule: LabelRule) -> None:
        if rule.label_id not in standing(await self.ports.labels.of_workspace(rule.workspace_id)):
            problem = f"'{rule.label_id}' is not a label or plan of this workspace"
            raise BadInput("label_id", problem, "take ids from GET /v1/labels")


def _within(rule: LabelRule, accounts: Sequence[UUID]) -> Sequence[UUID]:
    return [one for one in accounts if rule.accounts is None or one in rule.accounts]


def _theirs(caller: Principal, wished: object, readable: Sequence[UUID]) -> tuple[UUID, ...] | None:
    """The accounts a rule is for: all by default, of somebody who may not read all those they may."""
    if not isinstance(wished, tuple):
        return None if caller.accounts is None else tuple(readable)
    for account_id in wished:
        if account_id not in readable:
            problem = f"'{account_id}' is not an account you may read"
            raise BadInput("accounts", problem, "take ids from GET /v1/accounts, or leave it out for all")
    return wished
