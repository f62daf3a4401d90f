"""Accounts are the operator's to make and change, and each holder's to read."""

import pytest

pytestmark = pytest.mark.anyio
UNKNOWN = "acct_" + "0" * 32


async def entries(service) -> list[tuple[str, str, str]]:
    """What the log was told: action, actor's role, resource."""
    async with service.parts.pool.connection() as connection:
        query = "SELECT action, actor_role, resource_id FROM audit_events ORDER BY event_id"
        return await (await connection.execute(query)).fetchall()


async def test_the_operator_makes_an_account(service) -> None:
    """An account is made with its tier, age band, territory and locale, and the act is in the log."""
    admin = await service.as_("admin")
    body = {"display_name": "Zoë", "tier": "pro", "age_band": "teen", "territory": "FR", "locale": "fr-FR"}
    answer = await admin.post("/v1/accounts", json=body)
    made = answer.json()
    assert 201 == answer.status_code
    assert body == {name: made[name] for name in body}
    assert f"/v1/accounts/{made['id']}" == answer.headers["Location"]
    assert made == (await admin.get(answer.headers["Location"])).json()
    assert [("account:create", "admin", made["id"])] == await entries(service)


async def test_each_reads_the_own_account_and_no_other(service) -> None:
    """Another tenant's account, an unknown one and nonsense are the same 404."""
    mine, other = await service.as_("creator"), await service.as_("creator")
    me = (await mine.get("/v1/accounts/me")).json()
    assert me == (await mine.get(f"/v1/accounts/{me['id']}")).json()
    for stranger in (me["id"], UNKNOWN, "%00", "x" * 5000):
        answer = await other.get(f"/v1/accounts/{stranger}")
        assert (404, "There is no such thing here") == (answer.status_code, answer.json()["title"])


@pytest.mark.parametrize("role", ["creator", "lead_reviewer"])
async def test_only_the_operator_makes_lists_and_changes(service, role: str) -> None:
    """The scope that is missing is named."""
    client = await service.as_(role)
    me = (await client.get("/v1/accounts/me")).json()["id"]
    for asked, scope in (
        (client.post("/v1/accounts", json={"display_name": "a"}), "accounts:write"),
        (client.patch(f"/v1/accounts/{me}", json={"tier": "pro"}), "accounts:write"),
        (client.get("/v1/accounts"), "accounts:read"),
    ):
        answer = await asked
        assert (403, [scope]) == (answer.status_code, answer.json()["missing_scopes"])
        assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]
    assert [] == await entries(service)


INVALID = [
    ({}, "/display_name"),
    ({"display_name": ""}, "/display_name"),
    ({"display_name": " Zoë"}, "/display_name"),
    ({"display_name": "a" * 101}, "/display_name"),
    ({"display_name": "a\x00b"}, "/display_name"),
    ({"display_name": 7}, "/display_name"),
    ({"display_name": "a", "tier": "gold"}, "/tier"),
    ({"display_name": "a", "age_band": "child"}, "/age_band"),
    ({"display_name": "a", "territory": "fr"}, "/territory"),
    ({"display_name": "a", "locale": "french!"}, "/locale"),
    ({"display_name": "a", "id": UNKNOWN}, "/id"),
    ([], ""),
]


async def test_what_is_not_valid_is_named_by_its_place(service) -> None:
    """Wrong sizes, types and unknown members are refused with the pointer of the first, and make nothing."""
    admin = await service.as_("admin")
    for body, pointer in INVALID:
        answer = await admin.post("/v1/accounts", json=body)
        assert (422, pointer) == (answer.status_code, answer.json()["pointer"]), body
    assert [] == await entries(service)


async def test_two_open_accounts_never_differ_in_case_alone(service) -> None:
    """A name is taken whatever its case; the second is told so."""
    admin = await service.as_("admin")
    assert 201 == (await admin.post("/v1/accounts", json={"display_name": "Ariane"})).status_code
    answer = await admin.post("/v1/accounts", json={"display_name": "ARIANE"})
    assert (409, "The name is taken") == (answer.status_code, answer.json()["title"])


async def test_a_suspended_account_is_stopped_at_once_and_may_come_back(service) -> None:
    """Suspension takes effect with the next request; its end too."""
    admin, creator = await service.as_("admin"), await service.as_("creator")
    address = f"/v1/accounts/{(await creator.get('/v1/accounts/me')).json()['id']}"
    await admin.patch(address, json={"is_suspended": True})
    assert 403 == (await creator.get("/v1/accounts/me")).status_code
    await admin.patch(address, json={"is_suspended": False})
    assert 200 == (await creator.get("/v1/accounts/me")).status_code
    assert ["account:change", "account:change"] == [action for action, _, _ in await entries(service)]


async def test_changes_nothing_when_nothing_is_asked(service) -> None:
    """An empty change, or one of an account that is not there, is refused."""
    admin = await service.as_("admin")
    assert 422 == (await admin.patch(f"/v1/accounts/{UNKNOWN}", json={})).status_code
    assert 404 == (await admin.patch(f"/v1/accounts/{UNKNOWN}", json={"tier": "pro"})).status_code
    assert 404 == (await admin.patch("/v1/accounts/x", json={"tier": "pro"})).status_code


async def test_lists_page_by_page(service) -> None:
    """Pages follow each other without gap or repeat, in both orders."""
    admin = await service.as_("admin")
    for number in range(6):
        await admin.post("/v1/accounts", json={"display_name": f"n{number}"})
    for order in ("asc", "desc"):
        seen, after = [], None
        while True:
            query = {"limit": 3, "order": order} | ({"after": after} if after else {})
            page = (await admin.get("/v1/accounts", params=query)).json()
            seen += [row["id"] for row in page["data"]]
            after = page["last_id"]
            if not page["has_more"]:
                break
        assert sorted(seen, reverse=order == "desc") == seen
        assert 7 == len(set(seen)) == len(seen)


async def test_a_bad_cursor_is_named(service) -> None:
    """What cannot be a cursor, a limit or an order is refused by its name."""
    admin = await service.as_("admin")
    for name, value in (
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "x"),
        ("order", "up"),
        ("after", "' OR 1=1"),
    ):
        answer = await admin.get("/v1/accounts", params={name: value})
        assert (422, name) == (answer.status_code, answer.json()["parameter"])
