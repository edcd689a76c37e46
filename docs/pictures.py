"""Takes the pictures of the documentation from the running product.

usage: .venv/bin/python docs/pictures.py [FOLDER]

Starts ``guanjia demo`` on ports of its own, has a tester break a few machines and people act on what follows, and shoots every page in both
languages at the size of a wall and of a phone. Needs Chromium and the development install (``make test`` has it).
"""

import base64
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PORT, CONTROL_PORT = 8480, 8490
SITE = f"http://127.0.0.1:{PORT}"
WALL, DESK, PHONE = (1920, 1080), (1440, 900), (390, 844)
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"]
SETTLING_S = 4.0
"""Live values come once a second, the history of a picture a moment later."""
YESTERDAY_S = 120.0
"""How long the demo may take to fill in the site's yesterday."""
SITTING = "二号变电所、泵房验收"
"""What the tester is about."""
INCIDENTS = (
    ("b07.lift1", "entrapment"),
    ("sub2.d5", "feeder_trip"),
    ("pr1.pump2", "start_failure"),
    ("charge.b17", "ground_failure"),
)
LATE = ("garage-b.sump3", "float_stuck")
"""Broken last, so that one alarm is fresh and unacknowledged."""
OFFLINE = "gate.north.in"
TRAPPED = "b07.lift1"
PUMP = "pr1.pump2"
METER, POWER = "sub1.incomer1", "sub1.incomer1.active_power_total"
RULE = "sump.high"
PROPOSAL = ("on_delay: 5s", "on_delay: 20s")
"""What is tried on it in the editor and on history."""
BACKTEST_S = 180.0
AGE_S = 150.0
"""How long the situation stands before it is shot: a wall is about how long things last."""
LEAK = {"title": {"zh": "9号楼1102 漏水", "en": "Block 9 flat 1102: leak"}, "class": "small", "area": "b09", "skill": "plumbing"}
"""Reported by telephone."""
GRID_STEP = 4
"""Colours nearer than this, of 256, become one before the most frequent 256 are chosen."""


class Person:
    """Someone at the API."""

    def __init__(self, name: str) -> None:
        form = urllib.parse.urlencode({"username": name, "password": "demo"}).encode()
        self._token = str(asked(urllib.request.Request(f"{SITE}/api/v1/auth/token", form))["access_token"])

    def get(self, path: str) -> Any:
        return asked(self._request(path))

    def post(self, path: str, **body: Any) -> Any:
        request = self._request(path)
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
        return asked(request)

    def _request(self, path: str) -> urllib.request.Request:
        return urllib.request.Request(f"{SITE}/api/v1{path}", headers={"Authorization": f"Bearer {self._token}"})


def asked(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=20) as reply:
        body = reply.read()
    return json.loads(body) if body else None


def until(what: str, answer: Callable[[], Any], seconds: float) -> Any:
    """Ask again until there is an answer."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = answer()
        except (urllib.error.URLError, ConnectionError):
            found = None
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        time.sleep(0.5)


# ── the situation ──


def make_situation() -> dict[str, str]:
    """A bad quarter of an hour: a feeder trips, a car stops between floors, a pit rises, a pump does not start. Ids the pages need."""
    engineer, manager, tester = Person("engineer"), Person("manager"), Person("tester")
    until("yesterday", lambda: engineer.get("/energy/today")["yesterday"]["completeness"] > 0.9, YESTERDAY_S)
    tester.post("/testing/sessions", title=SITTING)
    for device, kind in INCIDENTS:
        tester.post(f"/testing/devices/{device}/faults", kind=kind)
    tester.post(f"/testing/devices/{OFFLINE}/network", kind="silent")
    trapped = until("the entrapment", lambda: alarm_of(engineer, TRAPPED, "elevator.entrapment"), 60)
    for device, rule in ((TRAPPED, ""), ("sub2.d5", "power.feeder_off"), (PUMP, ""), (OFFLINE, ""), ("charge.b17", "")):
        acknowledge(engineer, until(f"an alarm of {device}", lambda d=device, r=rule: alarm_of(engineer, d, r), 90))  # type: ignore[misc]
    engineer.post(f"/tickets/{trapped['ticket']}/arrive", comment="对讲已安抚，乘客平稳")
    engineer.post("/tickets", **LEAK)
    engineer.post("/rules/charger.faulted/devices/charge.a05/out-of-service", reason="等备件")
    manager.post("/rules/charger.faulted/devices/charge.a05/out-of-service/approve")
    [pump, *_] = until("the pump's ticket", lambda: engineer.get(f"/tickets?open=true&device={PUMP}")["items"], 30)
    time.sleep(AGE_S)
    tester.post(f"/testing/devices/{LATE[0]}/faults", kind=LATE[1])
    until("the sump", lambda: alarm_of(engineer, LATE[0], ""), 120)
    return {"ticket": str(pump["id"]), "backtest": tried(manager)}


def tried(manager: Person) -> str:
    """The id of a backtest that is done: what a lower limit would have meant."""
    text = manager.get(f"/rules/{RULE}/text")["yaml"]
    job = manager.post("/backtests", rule=RULE, yaml=changed(text))
    until("the backtest", lambda: manager.get(f"/backtests/{job['id']}")["state"] == "done", BACKTEST_S)
    return str(job["id"])


def changed(text: str) -> str:
    """The rule as it is proposed."""
    before, after = PROPOSAL
    assert before in text, text
    return text.replace(before, after)


def alarm_of(person: Person, device: str, rule: str) -> Any:
    """The device's newest open occurrence, of that rule if one is named."""
    found = person.get(f"/alarms?active=true&device={device}&limit=50")["items"]
    return next((alarm for alarm in found if not rule or alarm["rule"] == rule), None)


def acknowledge(person: Person, alarm: Any) -> None:
    if alarm["state"].endswith("unacknowledged"):
        person.post(f"/alarms/{alarm['id']}/acknowledge", comment="")


# ── the pictures ──


def shoot(browser: Browser, names: dict[str, str], folder: Path) -> None:
    pages = {
        "wall": "/wall",
        "alarms": "/alarms",
        "tickets": "/tickets",
        "ticket": f"/tickets/{names['ticket']}",
        "devices": "/devices",
        "device": f"/devices/{METER}",
        "system": "/systems/power",
        "energy": "/energy",
    }
    views = [(language, size, suffix) for language in ("zh", "en") for size, suffix in ((WALL, ""), (PHONE, "-phone"))]
    screens = {(language, suffix): logged_in(browser, language, size).new_page() for language, size, suffix in views}
    for name, path in pages.items():
        for (language, suffix), page in screens.items():
            go(page, path)
            if name == "device":
                choose_day_of_power(page)
            save(page, folder / f"{name}-{language}{suffix}.png")
    for language, size, suffix in views:
        shoot_rules(
            logged_in(browser, language, DESK if size == WALL else size, "manager").new_page(), names, folder, f"{language}{suffix}"
        )
        cockpit = logged_in(browser, language, DESK if size == WALL else size, "tester").new_page()
        go(cockpit, "/testing")
        take_in_hand(cockpit, PUMP)
        save(cockpit, folder / f"testing-{language}{suffix}.png")
        stranger = with_choices(browser, language, size).new_page()
        go(stranger, "/login")
        save(stranger, folder / f"login-{language}{suffix}.png")


def shoot_rules(page: Page, names: dict[str, str], folder: Path, ending: str) -> None:
    """The pages about rules, as somebody who may change them sees them."""
    pages = {
        "rules": "/rules",
        "rule": f"/rules/{RULE}",
        "editor": f"/rules/{RULE}/edit",
        "backtest": f"/backtests/{names['backtest']}",
        "figures": "/figures",
    }
    for name, path in pages.items():
        go(page, path)
        if name == "editor":
            page.fill(".code textarea", changed(page.input_value(".code textarea")))
            page.wait_for_timeout(SETTLING_S * 1000)
        save(page, folder / f"{name}-{ending}.png")


def logged_in(browser: Browser, language: str, size: tuple[int, int], who: str = "engineer") -> BrowserContext:
    """The engineering room at night: the wall is made for it."""
    context = with_choices(browser, language, size)
    reply = context.request.post(f"{SITE}/api/v1/auth/session", data={"username": who, "password": "demo"})
    assert reply.ok, reply.text()
    return context


def with_choices(browser: Browser, language: str, size: tuple[int, int]) -> BrowserContext:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    context.add_init_script(f"localStorage.setItem('guanjia.language', '{language}'); localStorage.setItem('guanjia.theme', 'night')")
    return context


def go(page: Page, path: str) -> None:
    page.goto(SITE + path)
    page.wait_for_timeout(SETTLING_S * 1000)


def take_in_hand(page: Page, device: str) -> None:
    """A device on the testing page, its first fault open."""
    page.fill(".finder .search", device)
    page.wait_for_timeout(500)
    page.locator(".device-picks .pick").first.click()
    page.locator(".way .pick").first.click()
    page.wait_for_timeout(SETTLING_S * 1000)


def choose_day_of_power(page: Page) -> None:
    """The meter's power over the last 24 hours, the third of the spans offered."""
    page.click(f"tr[data-key='{POWER}'] button")
    page.locator(".history .choice button").nth(2).click()
    page.wait_for_timeout(SETTLING_S * 1000)


def save(page: Page, file: Path) -> None:
    file.write_bytes(quantised(page, page.screenshot()))
    sys.stdout.write(f"{file} {file.stat().st_size // 1024} KiB\n")


def quantised(page: Page, png: bytes) -> bytes:
    """The picture with 256 colours: a quarter of the size, no difference to the eye. The browser unpacks it for us."""
    blank = page.context.new_page()
    packed = blank.evaluate(_UNPACK, base64.b64encode(png).decode())
    blank.close()
    width, height = packed["width"], packed["height"]
    pixels = np.frombuffer(base64.b64decode(packed["data"]), dtype=np.uint8).reshape(height, width, 4)[:, :, :3]
    palette, indexes = reduced(pixels)
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), indexes], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def reduced(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A palette of at most 256 colours, the most frequent ones, and each pixel's place in it."""
    coarse = (pixels.astype(np.uint32) // GRID_STEP).reshape(-1, 3)
    keys = coarse[:, 0] << 16 | coarse[:, 1] << 8 | coarse[:, 2]
    kinds, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    colours = pixels.reshape(-1, 3)[first].astype(np.int32)
    chosen = np.argsort(counts)[::-1][:256]
    palette = colours[chosen]
    nearest = np.empty(len(kinds), dtype=np.uint8)
    for index, colour in enumerate(colours):
        nearest[index] = np.argmin(((palette - colour) ** 2).sum(axis=1))
    return palette.astype(np.uint8), nearest[inverse.reshape(-1)].reshape(pixels.shape[:2])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_UNPACK = """async (packed) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${packed}`)).blob())
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  const pen = canvas.getContext('2d')
  pen.drawImage(picture, 0, 0)
  const bytes = pen.getImageData(0, 0, picture.width, picture.height).data
  let text = ''
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768))
  return {width: picture.width, height: picture.height, data: btoa(text)}
}"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        words = ["--port", str(PORT), "--control-port", str(CONTROL_PORT), "--data", data, "--seed", "7"]
        demo = subprocess.Popen([sys.executable, "-m", "guanjia", "demo", *words], stdout=subprocess.DEVNULL)
        try:
            until("the demo", lambda: asked(urllib.request.Request(f"{SITE}/readyz"))["ready"], 90)
            names = make_situation()
            with sync_playwright() as playwright:
                chromium = shutil.which("chromium") or shutil.which("chromium-browser")
                browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
                shoot(browser, names, folder)
                browser.close()
        finally:
            demo.terminate()
            demo.wait(20)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "pictures")
