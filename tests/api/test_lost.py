"""An address where nothing is: a page for people, a problem document for programs."""

import httpx
import pytest

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_a_browser_gets_a_page_with_a_way_back(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/nosuch", headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "没有这个页面" in answer.text
    assert "<a href=/>" in answer.text


async def test_what_was_asked_for_can_not_become_part_of_the_page(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/<script>alert(1)</script>", headers=BROWSER)
    assert "<script>" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "headers"), [("/nosuch", {}), ("/api/v1/nosuch", BROWSER), ("/nosuch", {"accept": "application/json"})], ids=str
)
async def test_a_program_gets_a_problem(path: str, headers: dict[str, str], stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get(path, headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
