"""A fake site on a free port, and the system's Chromium to look at it with."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.console.fake_site import COOKIE, FakeSite, fake_app
from tests.console.situation import Json, Situation
from tests.ports import HOST, free_ports

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WALL = (1920, 1080)
DESK = (1440, 900)
PHONE = (390, 844)
expect.set_options(timeout=20_000)
"""A busy machine draws late; what never comes still fails."""


@dataclass
class RunningSite:
    """A fake site being served; it can be stopped and started again on the same port."""

    site: FakeSite
    app: object
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        listener = socket.create_server((HOST, self.port))
        config = uvicorn.Config(self.app, log_level="critical", date_header=False, timeout_graceful_shutdown=1)  # type: ignore[arg-type]
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(60)

    def raise_alarm(self, alarm: Json) -> None:
        """Once the page listens: what happened before is in the lists it has read."""
        end = time.monotonic() + 60
        while not self.site.is_heard and time.monotonic() < end:
            time.sleep(0.02)
        self.site.raise_alarm(alarm)


def running(situation: Situation) -> RunningSite:
    app = fake_app(situation)
    started = RunningSite(app.state.site, app)
    started.start()
    return started


@pytest.fixture
def site() -> Iterator[RunningSite]:
    started = running(Situation())
    yield started
    started.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed with its folder: while it is open it holds the thread's event loop, which the asynchronous tests elsewhere need."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """One open page, and everything it complained about or asked of another host."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


Opener = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opener]:
    """Open a page of a site in a fresh profile: ``visit(site, "/wall", size=WALL, language="zh", theme="night")``."""
    visits: list[Visit] = []

    def open_page(
        site: RunningSite, path: str, size: tuple[int, int] = WALL, language: str = "zh", theme: str = "night", *, logged_in: bool = True
    ) -> Visit:
        visits.append(enter(browser, site, size, language, theme, logged_in=logged_in))
        go(visits[-1].page, site.url + path)
        return visits[-1]

    yield open_page
    for opened in visits:
        opened.page.context.close()


def enter(browser: Browser, site: RunningSite, size: tuple[int, int], language: str, theme: str, *, logged_in: bool = True) -> Visit:
    """A blank page of a profile of its own, watched."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=size == PHONE)
    context.set_default_timeout(30_000)
    context.add_init_script(
        f"if (!localStorage.getItem('guanjia.language')) localStorage.setItem('guanjia.language', '{language}');"
        f"if (!localStorage.getItem('guanjia.theme')) localStorage.setItem('guanjia.theme', '{theme}')"
    )
    if logged_in:
        context.add_cookies([{"name": COOKIE, "value": "engineer", "url": site.url}])
    opened = Visit(context.new_page())
    _watch(opened, site.url)
    return opened


def go(page: Page, address: str) -> Page:
    """Another page in the same profile, which has the console's files already; far quicker than a fresh one."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    return page


def _watch(opened: Visit, home: str) -> None:
    opened.page.on("console", lambda message: opened.complaints.append(message.text) if message.type in ("error", "warning") else None)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("request", lambda request: opened.strangers.append(request.url) if not request.url.startswith((home, "data:")) else None)
