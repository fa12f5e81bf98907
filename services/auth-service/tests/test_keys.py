"""The keys of tokens: rings from three places, a key per workspace, shredding, rotation, and documents of before."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from auth_service.adapters.grants import MongoGrants
from auth_service.adapters.key_rings import KeyRingFile, KeyRingFolder, KeyRingSetting
from auth_service.adapters.token_cipher import TokenCipher, sealed_tokens
from auth_service.adapters.workspace_keys import LIFE_SECONDS, MongoWorkspaceKeys
from auth_service.bootstrap import Stores, stores
from auth_service.domain.connect_state import Asker
from auth_service.domain.connection import account_event
from auth_service.domain.errors import SecretUnreadable
from auth_service.domain.grant import Grant
from auth_service.domain.identity import Person
from auth_service.domain.key_ring import KeyRing
from auth_service.domain.pending import Pending
from auth_service.domain.record import fingerprint
from auth_service.settings import KeySettings
from common.documents import store
from common.events import AccountChange

from .test_stores import NOW, connection, grant

OLD, NEW = os.urandom(32), os.urandom(32)
BEFORE = KeyRing(active="k1", keys={"k1": OLD})
DURING = KeyRing(active="k2", keys={"k1": OLD, "k2": NEW})
AFTER = KeyRing(active="k2", keys={"k2": NEW})


def texts(ring: KeyRing) -> dict[str, str]:
    return {kid: base64.b64encode(key).decode() for kid, key in ring.keys.items()}


def as_json(ring: KeyRing) -> str:
    return json.dumps({"active": ring.active, "keys": texts(ring)})


def mounted(folder: Path, ring: KeyRing) -> Path:
    """As Kubernetes mounts a secret: links into a folder whose name begins with two dots."""
    (folder / "..data").mkdir(parents=True)
    for name, text in {**texts(ring), "active": f"{ring.active}\n"}.items():
        (folder / "..data" / name).write_text(text)
        (folder / name).symlink_to(Path("..data") / name)
    return folder


def test_a_ring_is_the_same_from_file_setting_and_mounted_secret(tmp_path: Path) -> None:
    (tmp_path / "ring.json").write_text(as_json(DURING))
    sources = (
        KeyRingFile(tmp_path / "ring.json"),
        KeyRingSetting(SecretStr(as_json(DURING)), "TOA_TOKEN_KEYS"),
        KeyRingFolder(mounted(tmp_path / "secret", DURING)),
    )
    assert [source.read() for source in sources] == [DURING] * 3


def test_a_folder_without_its_active_key_is_refused_without_being_quoted(tmp_path: Path) -> None:
    folder = mounted(tmp_path / "secret", BEFORE)
    (folder / "active").unlink()
    with pytest.raises(ValueError, match="no file named 'active'"):
        KeyRingFolder(folder).read()
    (folder / "active").write_text("k9")
    with pytest.raises(ValueError, match="must be among the keys") as caught:
        KeyRingFolder(folder).read()
    assert texts(BEFORE)["k1"] not in str(caught.value)


def test_exactly_one_place_of_the_ring_is_given(tmp_path: Path) -> None:
    given = {"mongo_url": "mongodb://nowhere", "token_keys_file": tmp_path, "token_keys_dir": tmp_path}
    for settings in (given, {"mongo_url": "mongodb://nowhere"}):
        with pytest.raises(ValueError, match="exactly one of TOA_TOKEN_KEYS_FILE"):
            KeySettings.model_validate(settings)


def test_a_ring_that_got_a_key_is_read_again() -> None:
    class Changing:
        def read(self) -> KeyRing:
            return DURING

    sealed = TokenCipher(DURING).seal(SecretStr("act.1"), binding="b")
    running = TokenCipher(BEFORE, Changing())
    assert running.open(sealed, binding="b").get_secret_value() == "act.1"
    assert running.active == "k2"


def of(database: store.Database, ring: KeyRing) -> Stores:
    return stores(database, TokenCipher(ring), lambda: None)


async def kept(stores: Stores) -> Grant:
    found = await stores.grants.get("7123", "open-1")
    assert found is not None
    return found


async def shred(made: Stores, workspace_id: UUID) -> None:
    await made.workspace_keys.shred(workspace_id, NOW)


async def test_each_workspace_of_a_grant_opens_it_and_the_last_key_gone_nobody_does(database: store.Database) -> None:
    one, other = uuid4(), uuid4()
    made = of(database, AFTER)
    assert await made.grants.add(grant(), one)
    assert await made.grants.share(grant(), other)
    assert await made.grants.replace(grant(2), from_version=1)
    await shred(made, one)
    assert await kept(made) == grant(2)
    await shred(made, other)
    with pytest.raises(SecretUnreadable):
        await kept(made)
    with pytest.raises(SecretUnreadable, match=str(one)):
        await made.grants.add(grant(), one)


async def test_a_workspace_that_let_go_opens_it_no_more(database: store.Database) -> None:
    one, other = uuid4(), uuid4()
    made = of(database, AFTER)
    await made.grants.add(grant(), one)
    await made.grants.share(grant(), other)
    await made.grants.unshare("7123", "open-1", one)
    assert await kept(made) == grant()
    await shred(made, other)
    with pytest.raises(SecretUnreadable):
        await kept(made)


async def test_a_workspace_without_a_key_gets_none_after_its_shredding(database: store.Database) -> None:
    one = uuid4()
    await shred(of(database, AFTER), one)
    with pytest.raises(SecretUnreadable):
        await of(database, AFTER).grants.add(grant(), one)


async def test_a_token_moved_to_another_grant_field_or_version_does_not_open(database: store.Database) -> None:
    made, workspace = of(database, AFTER), uuid4()
    await made.grants.add(grant(), workspace)
    grants = database.collection("grants")
    document = await grants.find_one({})
    assert document is not None
    tokens = document["tokens"]
    assert isinstance(tokens, Mapping)
    swapped = {**tokens, "access_token": tokens["refresh_token"]}
    for change in ({"tokens": swapped}, {"token_version": 2}, {"open_id": "open-2"}):
        await grants.update({}, {"$set": {**document, **change}})
        with pytest.raises(SecretUnreadable):
            await kept(made)
    await grants.update({}, {"$set": document})
    assert await kept(made) == grant()


async def test_a_key_shredded_by_another_replica_is_held_for_a_minute_at_most(database: store.Database) -> None:
    seconds, workspace = [0.0], uuid4()
    held = MongoWorkspaceKeys(database, TokenCipher(AFTER), lambda: seconds[0])
    key = await held.of(workspace)
    await shred(of(database, AFTER), workspace)
    seconds[0] = LIFE_SECONDS - 1
    assert (await held.of(workspace), await held.find(str(workspace))) == (key, key)
    seconds[0] = LIFE_SECONDS
    assert await held.find(str(workspace)) is None
    with pytest.raises(SecretUnreadable):
        await held.of(workspace)


async def test_a_key_is_forgotten_when_its_shredding_is_heard_of(database: store.Database) -> None:
    workspace = uuid4()
    made = of(database, AFTER)
    await made.workspace_keys.of(workspace)
    await shred(of(database, AFTER), workspace)
    made.workspace_keys.forget(workspace)
    assert await made.workspace_keys.find(str(workspace)) is None


async def test_many_who_need_the_first_key_get_the_same(database: store.Database) -> None:
    workspace = uuid4()
    keys = [MongoWorkspaceKeys(database, TokenCipher(AFTER)) for _ in range(8)]
    made = await asyncio.gather(*(one.of(workspace) for one in keys))
    assert len({key.secret for key in made}) == 1


async def of_before(database: store.Database, one: Grant) -> None:
    """A grant as it was written before there were keys of workspaces."""
    binding = f"grant/{one.app_id}/{one.open_id}/{one.token_version}"
    tokens = sealed_tokens(TokenCipher(BEFORE), one.tokens, binding=binding)
    bare = one.model_dump(exclude={"lost_at", "warned_days"})
    await database.collection("grants").insert({"_id": "7123/open-1", **bare, "tokens": tokens})


async def test_a_grant_of_before_opens_and_is_brought_forward(database: store.Database, owner: Person) -> None:
    await of_before(database, grant())
    during = of(database, DURING)
    one = connection(owner)
    await during.connections.add(one, account_event(one, AccountChange.CONNECTED))
    assert await kept(during) == grant()
    assert await during.grants.replace(grant(2), from_version=1)
    assert await kept(of(database, AFTER)) == grant(2), "a refresh brought it forward"
    await shred(during, owner.workspace_id)
    with pytest.raises(SecretUnreadable):
        await kept(during)


def pending(owner: Person) -> Pending:
    return Pending(
        pending_id=uuid4(),
        asker=Asker(
            workspace_id=owner.workspace_id, channel="tiktok", browser_sha256=fingerprint("b"), user_id=owner.user_id
        ),
        app_id="7123",
        open_id="open-1",
        tokens=grant().tokens,
        exchanged_at=NOW,
        expires_at=NOW,
        held_until=NOW,
    )


async def pending_of_before(database: store.Database, one: Pending) -> None:
    tokens = sealed_tokens(TokenCipher(BEFORE), one.tokens, binding=f"pending/{one.pending_id}/1")
    document = {**one.model_dump(exclude={"pending_id"}), "_id": str(one.pending_id), "tokens": tokens}
    await database.collection("pendings").insert(document)


Rotated = dict[str, dict[str, int]]


def rotated(mongo_url: str, database_name: str, ring: KeyRing) -> tuple[int, Rotated]:
    environment = {
        "TOA_MONGO_URL": mongo_url,
        "TOA_MONGO_DATABASE": database_name,
        "TOA_TOKEN_KEYS": as_json(ring),
    }
    line = [sys.executable, "-m", "auth_service", "rotate-keys"]
    done = subprocess.run(line, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    return done.returncode, {name: told[name] for name in ("renewed", "unreadable")}


def counted(keys: int, grants: int, pendings: int, links: int = 0) -> dict[str, int]:
    return {
        "workspace keys": keys,
        "grants": grants,
        "pending consents": pendings,
        "notices.link": links,
        "replays.answer": 0,
        "second_factors.secret": 0,
    }


async def test_the_command_brings_everything_to_the_active_key(
    database: store.Database, mongo_url: str, database_name: str, owner: Person
) -> None:
    before = of(database, BEFORE)
    one = connection(owner)
    await before.connections.add(one, account_event(one, AccountChange.CONNECTED))
    await of_before(database, grant())
    waiting, older = pending(owner), pending(owner)
    await before.pendings.add(waiting)
    await pending_of_before(database, older)
    notices, binding = database.collection("notices"), "notice/n1/link/1"
    sealed = TokenCipher(BEFORE).seal(SecretStr("https://link"), binding=binding)
    await notices.insert({"_id": "n1", "link": sealed})
    code, told = await asyncio.to_thread(rotated, mongo_url, database_name, DURING)
    assert (code, told) == (0, {"renewed": counted(1, 1, 1, links=1), "unreadable": counted(0, 0, 0)})
    code, told = await asyncio.to_thread(rotated, mongo_url, database_name, DURING)
    assert (code, told) == (0, {"renewed": counted(0, 0, 0), "unreadable": counted(0, 0, 0)})
    after = of(database, AFTER)
    assert await kept(after) == grant()
    assert [await after.pendings.get(each.pending_id) for each in (waiting, older)] == [waiting, older]
    [notice] = await notices.find({})
    assert TokenCipher(AFTER).open(str(notice["link"]), binding=binding).get_secret_value() == "https://link"


async def test_what_no_key_opens_is_counted_and_left(
    database: store.Database, mongo_url: str, database_name: str, owner: Person
) -> None:
    await of(database, BEFORE).grants.add(grant(), owner.workspace_id)
    code, told = await asyncio.to_thread(rotated, mongo_url, database_name, AFTER)
    assert (code, told) == (1, {"renewed": counted(0, 0, 0), "unreadable": counted(1, 0, 0)})
    assert await kept(of(database, DURING)) == grant()


async def test_a_rotation_broken_off_is_finished_by_the_next(database: store.Database) -> None:
    workspaces = [uuid4() for _ in range(5)]
    before = MongoWorkspaceKeys(database, TokenCipher(BEFORE))
    keys = {one: await before.of(one) for one in workspaces}
    during = MongoWorkspaceKeys(database, TokenCipher(DURING))
    rewrapping = asyncio.ensure_future(during.rewrap())
    while not await database.collection("workspace_keys").find_one({"kid": "k2"}):
        await asyncio.sleep(0)
    rewrapping.cancel()
    await asyncio.gather(rewrapping, return_exceptions=True)
    await during.rewrap()
    after = MongoWorkspaceKeys(database, TokenCipher(AFTER))
    assert {one: await after.of(one) for one in workspaces} == keys


async def test_tokens_change_while_keys_are_rotated(database: store.Database, owner: Person) -> None:
    """Refreshes by running replicas and the rotation do not undo each other."""
    before = of(database, BEFORE)
    one = connection(owner)
    await before.connections.add(one, account_event(one, AccountChange.CONNECTED))
    await of_before(database, grant())
    replica, cipher = of(database, DURING), TokenCipher(DURING)

    async def refreshed() -> None:
        for version in range(1, 8):
            while not await replica.grants.replace(grant(version + 1), from_version=version):
                await asyncio.sleep(0)

    async def rotated() -> None:
        for _ in range(4):
            workspaces = MongoWorkspaceKeys(database, cipher)
            await workspaces.rewrap()
            await MongoGrants(database, workspaces, cipher).rewrap()

    await asyncio.gather(refreshed(), rotated())
    assert await kept(of(database, AFTER)) == grant(8)
