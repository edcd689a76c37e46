"""Two pumps, the one feeding the other; alone, and behind one gateway."""

from dataclasses import replace

from model.profile import WireType
from model.site import ModbusTcp
from tests.rules.workshop import device, point, site

_POINTS = (point("level", "m"), point("running"), point("status"), point("mode", type_=WireType.STRING), point("loop1"), point("loop2"))
_LINE = ModbusTcp("10.0.0.1", 502, 1)
PUMP1 = device("pump1", _POINTS, feeds=["pump2"], params={"rated": 2.0})
PUMP2 = device("pump2", _POINTS, params={"rated": 2.0})
SITE = site(PUMP1, PUMP2)
LINE_SITE = site(replace(PUMP1, connection=_LINE), replace(PUMP2, connection=replace(_LINE, unit=2)))
