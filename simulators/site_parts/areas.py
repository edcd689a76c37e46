"""The compound's places and where they lie on the plan, 600 wide and 430 high, north up."""

from simulators.site_parts.compound import AreaPart, Compound, Plan

PLAN = Plan(0, 0, 600, 430)
FLOOR_AREA_M2 = 90_600
HOUSEHOLDS = 828
_BLOCK_WIDTH, _BLOCK_HEIGHT = 117, 51
_BLOCK_CORNERS = {
    1: (22, 339), 2: (168, 339),
    3: (22, 233), 4: (168, 233), 5: (314, 238), 6: (459, 242),
    7: (22, 131), 8: (168, 131), 9: (314, 136), 10: (459, 140),
    11: (22, 35), 12: (168, 35), 13: (314, 40), 14: (459, 45),
}  # fmt: skip
_OTHERS = (
    ("sub1", "1#变电所", "Substation 1", "substation", Plan(33, 298, 32, 26)),
    ("sub2", "2#变电所", "Substation 2", "substation", Plan(326, 99, 32, 26)),
    ("pr1", "1#泵房", "Pump room 1", "pump_room", Plan(167, 301, 22, 22)),
    ("pr2", "2#泵房", "Pump room 2", "pump_room", Plan(462, 204, 22, 22)),
    ("pr3", "3#泵房", "Pump room 3", "pump_room", Plan(344, 393, 22, 22)),
    ("garage-a", "地下车库A区", "Garage zone A", "garage", Plan(154, 103, 145, 226)),
    ("garage-b", "地下车库B区", "Garage zone B", "garage", Plan(299, 103, 285, 291)),
    ("podium", "商业裙楼", "Podium", "podium", Plan(314, 339, 262, 47)),
    ("gate-n", "北门", "North gate", "gate", Plan(470, 12, 63, 11)),
    ("gate-s", "南门", "South gate", "gate", Plan(238, 413, 63, 11)),
    ("fcc", "消防控制室", "Fire control room", "room", None),
    ("elv", "弱电机房", "ELV room", "room", None),
)
_LEFT_OUT_OF_SMALL = frozenset({"sub1", "pr1", "pr3", "garage-a", "gate-s"})


def compound_areas(compound: Compound) -> None:
    for number in compound.scope.blocks:
        name = compound.words(f"{number}号楼", f"Block {number}")
        corner = Plan(*_BLOCK_CORNERS[number], _BLOCK_WIDTH, _BLOCK_HEIGHT)
        area = AreaPart(compound.area_id(f"b{number:02}"), name, "block", corner, households_of(number), floors_of(number))
        compound.areas.append(area)
    for area_id, zh, en, kind, plan in _OTHERS:
        if compound.scope.is_whole or area_id not in _LEFT_OUT_OF_SMALL:
            compound.areas.append(AreaPart(compound.area_id(area_id), compound.words(zh, en), kind, plan))


def households_of(block: int) -> int:
    """828 in all: the two blocks at the south gate have 54 each, the others 60."""
    return 54 if block <= 2 else 60


def floors_of(block: int) -> int:
    return 11 if block % 2 else 10
