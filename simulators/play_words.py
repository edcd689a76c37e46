"""The built-in plays as people on site call them."""

from collections.abc import Mapping
from types import MappingProxyType

from model.text import Text

PLAY_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "day": Text("日常小故障一天", "A day of small incidents"),
        "link_storm": Text("四分之一设备掉线", "A quarter of the devices falls silent"),
        "feeder_trip_entrapment": Text("馈线跳闸并困人", "Feeder trip and entrapment"),
        "smoke": Text("烟感报警", "Smoke"),
        "sump_high": Text("集水井高水位", "Sump high"),
        "pump_dry_run": Text("增压泵干转", "Booster pump runs dry"),
        "barrier_stuck": Text("道闸常开", "Barrier stays open"),
        "charger_leakage": Text("充电桩漏电", "Charger leakage"),
        "gas_leak": Text("厨房燃气泄漏", "Gas in a kitchen"),
        "transformer_hot": Text("变压器绕组超温", "Transformer winding hot"),
        "six_systems": Text("六个系统同时故障", "Six systems at once"),
    }
)
