"""Power: transformer → incomer → feeder → use, and the meters on each.

sub2.t2 ─► sub2.incomer2 ─► sub2.d5  2D5 7号楼动力 ─► b07.lift-meter  ─► b07.lift1, b07.lift2
                          │                        └► b07.light-meter
                          └► sub2.d6  2D6 7号楼居民
"""

from dataclasses import dataclass

from simulators.site_parts.areas import households_of
from simulators.site_parts.compound import Compound, DevicePart, Words

TRANSFORMER_KVA = 1000.0
_INCOMER_AMPS = 1600.0
"""Rated current of a 1,000 kVA transformer at 0.4 kV is 1,443 A; its breaker is the next size."""
_BLOCKS_OF = {1: (1, 2, 3, 4, 5, 6), 2: (9, 10, 7, 8, 11, 12, 13, 14)}
"""In the order of their drawers: 2D5 is the power feeder of block 7."""


@dataclass(frozen=True, slots=True)
class _Feeder:
    id: str
    substation: int
    zh: str
    en: str
    item: str
    profile: str
    amps: int
    system: str = "power"


_PUBLIC = (
    _Feeder("pr1-power", 1, "1#泵房动力", "pump room 1", "C2", "janitza_umg96rm", 250),
    _Feeder("pr3-power", 1, "3#泵房动力", "pump room 3", "C2", "janitza_umg96rm", 160),
    _Feeder("garage-a-light", 1, "车库A区照明", "garage A lighting", "A2", "acrel_adw300", 100),
    _Feeder("garage-a-fans", 1, "车库A区风机", "garage A fans", "C3", "acrel_adw300", 160),
    _Feeder("garage-a-drain", 1, "车库A区排水", "garage A drainage", "C2", "acrel_adw300", 100),
    _Feeder("charge-a", 1, "车库A区充电桩", "garage A chargers", "D6", "janitza_umg96rm", 630),
    _Feeder("podium-light", 1, "裙楼照明", "podium lighting", "A1", "acrel_adw300", 200),
    _Feeder("podium-ac", 1, "裙楼空调主机", "podium chiller", "B1", "janitza_umg96rm", 400),
    _Feeder("podium-ahu", 1, "裙楼空调末端", "podium air handlers", "B2", "acrel_adw300", 160),
    _Feeder("restaurant1", 1, "裙楼餐厅1", "podium restaurant 1", "D3", "eastron_sdm630", 200),
    _Feeder("restaurant2", 1, "裙楼餐厅2", "podium restaurant 2", "D3", "eastron_sdm630", 200),
    _Feeder("outdoor-light", 1, "室外路灯", "outdoor lighting", "A3", "acrel_adw300", 63),
    _Feeder("gate-s-power", 1, "南门岗亭", "south gate post", "D6", "abb_b23", 40),
    _Feeder("laundry", 1, "裙楼洗衣房", "podium laundry", "D2", "eastron_sdm630", 100),
    _Feeder("gym", 1, "裙楼健身房", "podium gym", "D5", "eastron_sdm630", 63),
    _Feeder("pr2-power", 2, "2#泵房动力", "pump room 2", "C2", "janitza_umg96rm", 250),
    _Feeder("garage-b-light", 2, "车库B区照明", "garage B lighting", "A2", "acrel_adw300", 100),
    _Feeder("garage-b-fans", 2, "车库B区风机", "garage B fans", "C3", "acrel_adw300", 160),
    _Feeder("garage-b-drain", 2, "车库B区排水", "garage B drainage", "C2", "acrel_adw300", 100),
    _Feeder("charge-b", 2, "车库B区充电桩", "garage B chargers", "D6", "janitza_umg96rm", 800),
    _Feeder("fire-power", 2, "消防控制室", "fire control room", "D6", "abb_b23", 63),
    _Feeder("elv-power", 2, "弱电机房", "ELV room", "D1", "abb_b23", 63, "elv"),
    _Feeder("gate-n-power", 2, "北门岗亭", "north gate post", "D6", "abb_b23", 40),
    _Feeder("office", 2, "物业办公", "property office", "A1", "abb_b23", 100),
)
"""Feeders of what the compound shares."""
_IN_SMALL = frozenset({"pr2-power", "garage-b-drain", "charge-b", "fire-power", "elv-power", "gate-n-power", "podium-ac"})


def power(compound: Compound) -> None:
    for substation in compound.scope.substations:
        for bay in (1, 2):
            _transformer(compound, substation, bay)
        for place, block in enumerate(_BLOCKS_OF[substation]):
            if block in compound.scope.blocks:
                _block(compound, substation, 1 + place % 2, block, 2 * place + 1)
    for place, feeder in enumerate(_PUBLIC):
        if compound.scope.is_whole or feeder.id in _IN_SMALL:
            _public(compound, feeder, 1 + place % 2)


def _transformer(compound: Compound, substation: int, bay: int) -> None:
    area, number = f"sub{substation}", 2 * (substation - 1) + bay
    thermometer = DevicePart(f"{area}.t{bay}", Words(f"{number}#变压器", f"Transformer {number}"), "power", area, "eaton_tc100", "5s")
    thermometer.params = {"capacity_kva": TRANSFORMER_KVA}
    compound.add(thermometer)
    words = Words(f"{substation}#变电所 {bay}#进线柜", f"Substation {substation} incomer {bay}")
    incomer = DevicePart(f"{area}.incomer{bay}", words, "power", area, "schneider_pm5000", "1s")
    incomer.params = {"rated_current": _INCOMER_AMPS, "capacity_kva": TRANSFORMER_KVA}
    incomer.metering = {"role": "incomer"}
    compound.add(incomer, fed_by=f"{area}.t{bay}")


def _block(compound: Compound, substation: int, bay: int, block: int, drawer: int) -> None:
    room, area, zh, en = f"sub{substation}", f"b{block:02}", f"{block}号楼", f"block {block}"
    power_words = Words(f"{substation}#变电所 {substation}D{drawer} {zh}动力", f"{substation}D{drawer} {en} power")
    homes_words = Words(f"{substation}#变电所 {substation}D{drawer + 1} {zh}居民", f"{substation}D{drawer + 1} {en} homes")
    incomer, feeder = f"{room}.incomer{bay}", f"{room}.d{drawer}"
    _meter(compound, feeder, power_words, room, "janitza_umg96rm", 250, incomer)
    homes = _meter(compound, f"{room}.d{drawer + 1}", homes_words, room, "eastron_sdm630", 400, incomer, "A1")
    homes.params["households"] = float(households_of(block))
    _meter(compound, f"{area}.lift-meter", Words(f"{zh}电梯电表", f"Block {block} lift meter"), area, "abb_b23", 100, feeder, "C1")
    _meter(
        compound, f"{area}.light-meter", Words(f"{zh}公共照明电表", f"Block {block} lighting meter"), area, "acrel_adw300", 63, feeder, "A2"
    )


def feeder_of(block: int) -> str:
    """The power feeder of a block: where its lifts and its fire loop hang."""
    for substation, blocks in _BLOCKS_OF.items():
        if block in blocks:
            return f"sub{substation}.d{2 * blocks.index(block) + 1}"
    raise ValueError(f"there is no block {block}")


def _public(compound: Compound, feeder: _Feeder, bay: int) -> None:
    substation = feeder.substation if feeder.substation in compound.scope.substations else compound.scope.substations[0]
    name = Words(f"{substation}#变电所 {feeder.zh}", f"Substation {substation} {feeder.en}")
    area = f"sub{substation}"
    added = _meter(compound, feeder.id, name, area, feeder.profile, feeder.amps, f"{area}.incomer{bay}", feeder.item)
    added.system = feeder.system


def _meter(compound: Compound, meter_id: str, name: Words, area: str, profile: str, amps: int, fed_by: str, item: str = "") -> DevicePart:
    """An electricity meter on a branch of ``amps`` rated amperes: with an item of use it is what a report lists, without one a feeder."""
    part = DevicePart(meter_id, name, "power", area, profile, "1s")
    part.params = {"rated_current": float(amps)}
    part.metering = {"role": "use", "item": item} if item else {"role": "feeder"}
    return compound.add(part, fed_by=fed_by)
