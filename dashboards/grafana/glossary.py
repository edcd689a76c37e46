"""Words of device codes in both languages, and how each state is to look.

Makers' lists come in one language; what a profile says in both stays as it is. A code whose words are not here is shown as the profile
has them, as a quiet state.
"""

from collections.abc import Mapping
from enum import Enum

from dashboards.grafana.look import ALARM, LIVE, STILL
from model.alarm import Priority
from model.profile import Point
from model.text import Language, Text


class Tone(Enum):
    """How a state looks."""

    QUIET = STILL
    BUSY = LIVE
    ODD = ALARM[Priority.MEDIUM]
    WRONG = ALARM[Priority.HIGH]


_STATES: tuple[tuple[Tone, str, str], ...] = (
    # chargers: IEC 61851-1 states A to F, and the makers' own
    (Tone.QUIET, "空闲", "idle"),
    (Tone.QUIET, "A 空闲", "A idle"),
    (Tone.QUIET, "无车", "no EV"),
    (Tone.QUIET, "B1 已插枪，待授权", "B1 plugged, authorisation pending"),
    (Tone.QUIET, "B2 已插枪，可充电", "B2 plugged, ready (PWM)"),
    (Tone.QUIET, "C1 车辆就绪，桩未允许", "C1 EV ready, no PWM"),
    (Tone.BUSY, "C2 充电中", "C2 delivering"),
    (Tone.QUIET, "充电结束", "session stopped"),
    (Tone.QUIET, "启动中", "starting"),
    (Tone.QUIET, "未就绪", "not ready"),
    (Tone.QUIET, "就绪，等待车辆", "ready, waiting for EV"),
    (Tone.BUSY, "充电中", "charging"),
    (Tone.BUSY, "充电中，需通风", "ventilation"),
    (Tone.WRONG, "故障", "error"),
    (Tone.WRONG, "未知或故障", "unknown/error"),
    (Tone.ODD, "暂停（温度或授权）", "suspended (temperature or authorisation)"),
    (Tone.QUIET, "等待车辆", "waiting for car"),
    (Tone.QUIET, "充电完成", "complete"),
    (Tone.QUIET, "已连接，桩未允许", "connected, no PWM"),
    (Tone.QUIET, "已连接", "connected"),
    (Tone.QUIET, "就绪，桩未允许", "ready, no PWM"),
    (Tone.WRONG, "不可用", "not available"),
    # elevators: service modes and fault codes of GB/T 24476
    (Tone.ODD, "停止服务", "out of service"),
    (Tone.QUIET, "正常运行", "in service"),
    (Tone.ODD, "检修", "inspection"),
    (Tone.WRONG, "消防返回", "fire recall"),
    (Tone.WRONG, "消防员运行", "firefighters' service"),
    (Tone.WRONG, "应急电源运行", "emergency power"),
    (Tone.WRONG, "地震模式", "earthquake mode"),
    (Tone.ODD, "未知", "unknown"),
    (Tone.QUIET, "无故障", "no fault"),
    (Tone.WRONG, "安全回路断路", "safety circuit open"),
    (Tone.WRONG, "关门故障", "door does not close"),
    (Tone.WRONG, "开门故障", "door does not open"),
    (Tone.WRONG, "轿厢在开锁区域外停止", "stopped outside the unlocking zone"),
    (Tone.WRONG, "轿厢意外移动", "unintended car movement"),
    (Tone.WRONG, "电动机运转时间限制器动作", "motor run-time limiter tripped"),
    (Tone.WRONG, "楼层位置丢失", "floor position lost"),
    (Tone.WRONG, "其他阻止电梯再启动的故障", "another fault that bars a restart"),
    # barriers
    (Tone.QUIET, "关", "closed"),
    (Tone.BUSY, "开", "open"),
    (Tone.BUSY, "正在开", "opening"),
    (Tone.BUSY, "正在关", "closing"),
    (Tone.ODD, "停在半途", "stopped midway"),
    (Tone.WRONG, "故障", "fault"),
)
_BY_ENGLISH = {english: (tone, Text(chinese, english)) for tone, chinese, english in _STATES}
_BY_CHINESE = {chinese: (tone, Text(chinese, english)) for tone, chinese, english in _STATES}


def state(text: Text) -> tuple[Tone, Text]:
    """The state in both languages with its tone."""
    if text.zh != text.en and text.en in _BY_ENGLISH:
        return _BY_ENGLISH[text.en][0], text
    return _BY_ENGLISH.get(text.en) or _BY_CHINESE.get(text.zh) or (Tone.QUIET, text)


def meanings(point: Point, language: Language) -> Mapping[str, tuple[str, str | None]]:
    """Code → (words, colour) of a point's list, for a value mapping."""
    found = {}
    for code, text in point.enum.items():
        tone, both = state(text)
        found[str(code)] = (both.of(language), str(tone.value))
    return found
