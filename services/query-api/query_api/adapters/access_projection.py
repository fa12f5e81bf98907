"""The newest state of access, kept in memory from toa.access.v1, and trusted only while heartbeats come."""

from datetime import timedelta
from uuid import UUID

from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry, Gauge

from common.bus.follow import Handle
from common.events import AccessV1, Heartbeat, KeyAccess, UndecodableEvent, WorkspaceAccess, decode
from common.events.topics import ACCESS
from common.runtime.clock import Clock
from query_api.adapters.following import Follower, Undecodable
from query_api.ports import Unavailable

# A revocation works within this: what is older may have been taken back.
TRUSTED_FOR = timedelta(seconds=5)


class AccessProjection:
    """Highest revision wins. A key or workspace whose record cannot be read is not let in."""

    def __init__(self, *, bootstrap: str, wall: Clock, undecodable: Undecodable, registry: CollectorRegistry) -> None:
        handle: Handle = self.handle
        self.follower = Follower(ACCESS, bootstrap=bootstrap, handle=handle)
        self._wall = wall
        self._undecodable = undecodable
        self._states: dict[str, KeyAccess | WorkspaceAccess] = {}
        self._unreadable: set[str] = set()
        self._heartbeat_ms = 0
        age = Gauge("toa_access_heartbeat_age_seconds", "Since the newest heartbeat of access.", registry=registry)
        age.set_function(lambda: self._heartbeat_age().total_seconds())

    def key(self, key_id: str) -> KeyAccess | None:
        state = self._state(f"key:{key_id}")
        return state if isinstance(state, KeyAccess) else None

    def workspace(self, workspace_id: UUID) -> WorkspaceAccess | None:
        state = self._state(f"workspace:{workspace_id}")
        return state if isinstance(state, WorkspaceAccess) else None

    async def handle(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            event = decode(AccessV1, record.value)
        except UndecodableEvent as error:
            self._refuse(record, str(error))
            return
        match event.access:
            case Heartbeat():
                # Kafka's own time of the append: a relay's wrong clock cannot make an old state look fresh.
                self._heartbeat_ms = max(self._heartbeat_ms, record.timestamp)
            case KeyAccess() | WorkspaceAccess() as state:
                self._keep(event.key, state)

    def _keep(self, key: str, state: KeyAccess | WorkspaceAccess) -> None:
        known = self._states.get(key)
        if known is None or state.revision >= known.revision:
            self._states[key] = state
            self._unreadable.discard(key)

    def _refuse(self, record: "ConsumerRecord[bytes, bytes]", reason: str) -> None:
        self._unreadable.add((record.key or b"").decode(errors="replace"))
        self._undecodable.note(topic=record.topic, partition=record.partition, offset=record.offset, reason=reason)

    def _state(self, key: str) -> KeyAccess | WorkspaceAccess | None:
        if not self.follower.caught_up:
            raise Unavailable("the list of who may read what is still being read")
        if self._heartbeat_age() > TRUSTED_FOR:
            raise Unavailable("the list of who may read what has not been confirmed for 5 seconds")
        if key in self._unreadable:
            raise Unavailable("the newest state of this access cannot be read")
        return self._states.get(key)

    def _heartbeat_age(self) -> timedelta:
        return timedelta(seconds=self._wall.now().timestamp() - self._heartbeat_ms / 1000)
