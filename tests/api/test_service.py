"""What machines ask of the service itself."""

from dataclasses import replace

import pytest

from api.app import create_app
from api.db.pool import connection_pool

pytestmark = pytest.mark.anyio


async def test_live_needs_nothing_and_ready_needs_the_database(service) -> None:
    """A process that answers is alive; it is ready when its parts are."""
    assert {"status": "ok"} == (await service.client.get("/livez")).json()
    assert {"status": "ok", "checks": {"database": "ok"}} == (await service.client.get("/readyz")).json()


async def test_ready_names_the_part_that_is_not(parts) -> None:
    """503 with every check and its trouble."""

    async def trouble() -> str:
        return "weights absent"

    import httpx2

    nowhere = connection_pool("host=/nowhere dbname=none user=none", purpose="test")
    app = create_app(replace(parts, pool=nowhere, checks={"faces": trouble}))
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://filigrane.test") as client:
            answer = await client.get("/readyz")
    assert 503 == answer.status_code
    assert {"database": "does not answer", "faces": "weights absent"} == answer.json()["checks"]


async def test_metrics_count_by_route_never_by_path(service) -> None:
    """Ids, unknown paths and strange methods make no label."""
    await service.client.get("/problems/not_found")
    await service.client.get("/canary-1234")
    await service.client.request("CANARY", "/livez")
    text = (await service.client.get("/metrics")).text
    assert 'filigrane_http_requests_total{method="GET",route="/problems/{code}",status="200"} 1.0' in text
    assert "canary" not in text.lower()


async def test_security_txt_says_whom_to_tell(service) -> None:
    """Contact and expiry are there (RFC 9116)."""
    text = (await service.client.get("/.well-known/security.txt")).text
    assert text.startswith("Contact: mailto:security@filigrane.test\nExpires: ")


async def test_the_contract_is_served_and_the_frameworks_pages_are_not(service) -> None:
    """/openapi.json describes problems; /docs, which loads scripts from elsewhere, is off."""
    contract = (await service.client.get("/openapi.json")).json()
    answers = contract["paths"]["/v1/accounts"]["post"]["responses"]
    assert "application/problem+json" in answers["422"]["content"]
    for page in ("/docs", "/redoc"):
        assert 404 == (await service.client.get(page)).status_code
