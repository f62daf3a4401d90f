"""Keys are shown once, work until they are revoked, and never give more than their maker has."""

import asyncio
import hashlib

import pytest

from api.roles import SCOPES, Role

pytestmark = pytest.mark.anyio


async def make(client, **body: object) -> dict:
    answer = await client.post("/v1/keys", json={"name": "second", **body})
    assert 201 == answer.status_code, answer.text
    return answer.json()


async def test_a_key_is_shown_once_and_works(service) -> None:
    """The text is in the answer to its making and in no later one; only its hash is kept."""
    creator = await service.as_("creator")
    made = await make(creator)
    assert 200 == (await service.speaking(made["key"]).get("/v1/accounts/me")).status_code
    listed = (await creator.get("/v1/keys")).json()["data"]
    assert made["key"] not in str(listed)
    secret = made["key"].partition(".")[2]
    async with service.parts.pool.connection() as connection:
        query = "SELECT secret_sha256 FROM api_keys WHERE id = %s"
        (kept,) = await (await connection.execute(query, [made["id"]])).fetchone()
    assert hashlib.sha256(secret.encode()).digest() == kept


async def test_the_last_use_is_noted_once_a_minute(service) -> None:
    """Many requests in a minute write once."""
    client = await service.as_("creator")
    noted = set()
    for _ in range(3):
        (key,) = (await client.get("/v1/keys")).json()["data"]
        noted.add(key["last_used_at"])
    assert 1 == len(noted)
    assert {None} != noted


async def test_a_revoked_key_stops_at_once_and_for_good(service) -> None:
    """Revocation acts at the next request, leaves an entry, and the database itself refuses to undo it."""
    import psycopg

    creator = await service.as_("creator")
    made = await make(creator)
    client = service.speaking(made["key"])
    assert 200 == (await creator.delete(f"/v1/keys/{made['id']}")).status_code
    assert 401 == (await client.get("/v1/accounts/me")).status_code
    assert 404 == (await creator.delete(f"/v1/keys/{made['id']}")).status_code
    async with service.parts.pool.connection() as connection:
        with pytest.raises(psycopg.errors.RestrictViolation):
            await connection.execute("UPDATE api_keys SET revoked_at = NULL WHERE id = %s", [made["id"]])
        actions = await (
            await connection.execute("SELECT action FROM audit_events ORDER BY event_id")
        ).fetchall()
    assert [("key:create",), ("key:revoke",)] == actions


async def test_nobody_sees_or_revokes_a_strangers_key(service) -> None:
    """Another tenant's key is not there."""
    mine, other = await service.as_("creator"), await service.as_("creator")
    made = await make(mine)
    assert 404 == (await other.delete(f"/v1/keys/{made['id']}")).status_code
    assert 404 == (await other.get("/v1/keys", params={"account_id": made["account_id"]})).status_code
    assert (
        404
        == (await other.post("/v1/keys", json={"name": "x", "account_id": made["account_id"]})).status_code
    )
    assert made["id"] not in str((await other.get("/v1/keys")).json())


async def test_no_role_makes_a_key_of_another(service) -> None:
    """Only the operator gives roles."""
    for role in set(Role) - {Role.ADMIN}:
        client = await service.as_(role)
        for wanted in set(Role) - {role}:
            answer = await client.post("/v1/keys", json={"name": "more", "role": wanted})
            assert (403, "/role") == (answer.status_code, answer.json()["pointer"])


async def test_the_operator_gives_every_role_but_child_safety(service) -> None:
    """Nobody gives a scope that they lack, the operator included."""
    admin = await service.as_("admin")
    for role in set(Role) - {Role.CHILD_SAFETY}:
        assert sorted(SCOPES[role]) == (await make(admin, role=role, name=role))["scopes"]
    answer = await admin.post("/v1/keys", json={"name": "sealed", "role": "child_safety"})
    assert (403, ["sealed:export"]) == (answer.status_code, answer.json()["missing_scopes"])


async def test_a_narrowed_key_makes_only_narrower_ones(service) -> None:
    """A key made by a narrowed key has no scope beyond its maker's, also where none is named."""
    narrow = frozenset({"keys:write", "keys:read", "videos:read"})
    client = service.speaking(await service.key("creator", scopes=narrow))
    assert sorted(narrow) == (await make(client))["scopes"]
    answer = await client.post("/v1/keys", json={"name": "wide", "scopes": ["videos:write", "videos:read"]})
    assert (403, ["videos:write"]) == (answer.status_code, answer.json()["missing_scopes"])
    assert 403 == (await client.get("/v1/accounts/me")).status_code


INVALID = [
    {"name": ""},
    {"name": "a", "role": "god"},
    {"name": "a", "scopes": []},
    {"name": "a", "scopes": ["videos:destroy"]},
    {"name": "a", "scopes": ["audit:read"]},
    {"name": "a", "scopes": "videos:read"},
    {"name": "a", "account_id": "acct_x"},
    {"name": "a", "secret": "mine"},
]


async def test_an_invalid_key_is_refused(service) -> None:
    """Wrong names, roles, scopes and members make nothing."""
    creator = await service.as_("creator")
    for body in INVALID:
        assert 422 == (await creator.post("/v1/keys", json=body)).status_code, body
    assert 1 == len((await creator.get("/v1/keys")).json()["data"])


CREDENTIALS = [
    None,
    "",
    "Bearer",
    "Bearer nonsense",
    "Basic Zm9v",
    "Bearer fg_" + "0" * 32 + "." + "A" * 43,
    "Bearer fg_" + "0" * 32 + ".\x00" + "A" * 42,
    "Bearer fg_" + "０" * 32 + "." + "A" * 43,
    "Bearer " + "A" * 9000,
]


async def test_without_a_live_key_nothing_is_answered(service) -> None:
    """Missing, malformed and unknown credentials are 401 and say how to send them."""
    for credentials in CREDENTIALS:
        headers = {} if credentials is None else {"Authorization": credentials.encode()}
        answer = await service.client.get("/v1/accounts/me", headers=headers)
        assert 401 == answer.status_code, credentials
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_wrong_secret_of_a_right_key_is_refused(service) -> None:
    """The id alone opens nothing."""
    key = await service.key("creator")
    forged = key.partition(".")[0] + "." + "A" * 43
    assert 401 == (await service.speaking(forged).get("/v1/accounts/me")).status_code


async def test_equal_posts_at_once_make_one_key(service) -> None:
    """Eight equal requests under one Idempotency-Key create once and are answered the same, secret included."""
    creator = await service.as_("creator")
    once = {"json": {"name": "one"}, "headers": {"Idempotency-Key": "abc"}}
    answers = await asyncio.gather(*(creator.post("/v1/keys", **once) for _ in range(8)))
    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})
    assert 7 == sum("Idempotency-Replayed" in answer.headers for answer in answers)
    assert 2 == len((await creator.get("/v1/keys")).json()["data"])


async def test_an_idempotency_key_serves_one_request_of_one_caller(service) -> None:
    """Another body under the same key is 422; another caller's same key is another key."""
    mine, other = await service.as_("creator"), await service.as_("creator")
    headers = {"Idempotency-Key": "abc"}
    first = await mine.post("/v1/keys", json={"name": "one"}, headers=headers)
    answer = await mine.post("/v1/keys", json={"name": "two"}, headers=headers)
    assert (422, "Idempotency-Key") == (answer.status_code, answer.json()["parameter"])
    theirs = await other.post("/v1/keys", json={"name": "one"}, headers=headers)
    assert 201 == theirs.status_code
    assert first.json()["id"] != theirs.json()["id"]


async def test_what_is_kept_of_an_answer_holds_no_secret(service) -> None:
    """The kept answer is sealed: the database alone does not give the key back."""
    creator = await service.as_("creator")
    answer = await creator.post("/v1/keys", json={"name": "one"}, headers={"Idempotency-Key": "abc"})
    async with service.parts.pool.connection() as connection:
        ((sealed,),) = await (
            await connection.execute("SELECT sealed_response FROM idempotency_keys")
        ).fetchall()
    assert answer.json()["key"].encode() not in bytes(sealed)


async def test_a_failed_request_frees_its_idempotency_key(service) -> None:
    """Nothing is kept of a request that was refused while it worked."""
    creator = await service.as_("creator")
    headers = {"Idempotency-Key": "abc"}
    await creator.post("/v1/keys", json={"name": "taken"})
    assert 409 == (await creator.post("/v1/keys", json={"name": "taken"}, headers=headers)).status_code
    assert 201 == (await creator.post("/v1/keys", json={"name": "free"}, headers=headers)).status_code


async def test_kept_answers_are_forgotten_after_a_day(service) -> None:
    """After 24 hours the same key makes anew, swept or not."""
    from api.db.sweep import sweep

    creator = await service.as_("creator")

    async def post(name: str):
        return await creator.post("/v1/keys", json={"name": name}, headers={"Idempotency-Key": "abc"})

    await post("one")
    async with service.parts.pool.connection() as connection:
        age = "UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'"
        await connection.execute(age)
        assert 201 == (await post("two")).status_code
        await connection.execute(age)
        await sweep(connection)
        assert (0,) == await (await connection.execute("SELECT count(*) FROM idempotency_keys")).fetchone()
