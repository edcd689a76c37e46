"""Podium: chiller and its pumps, gas detectors in the restaurant kitchens."""

from simulators.site_parts.compound import Compound, DevicePart, Words

_KITCHENS = (("裙楼餐厅1", "Restaurant 1"), ("裙楼餐厅2", "Restaurant 2"), ("裙楼食堂", "Canteen"))


def hvac_and_gas(compound: Compound) -> None:
    chiller = DevicePart("podium.chiller1", Words("裙楼1#冷水机组", "Podium chiller 1"), "hvac", "podium", "daikin_chiller", "2s")
    chiller.params = {"rated_current": 210.0}
    compound.add(chiller, fed_by="podium-ac")
    for pump in (1, 2, 3) if compound.scope.is_whole else (1,):
        words = Words(f"裙楼{pump}#冷冻泵", f"Podium chilled water pump {pump}")
        compound.add(
            DevicePart(f"podium.chw-pump{pump}", words, "hvac", "podium", "grundfos_cim500", "2s", params={"rated_current": 15.0}),
            fed_by="podium-ac",
        )
    for kitchen, (zh, en) in enumerate(_KITCHENS if compound.scope.is_whole else _KITCHENS[:1], 1):
        for place, (spot_zh, spot_en) in enumerate((("灶台", "stoves"), ("燃气表间", "meter room")), 1):
            words = Words(f"{zh} {spot_zh}燃气探测器", f"{en} gas detector, {spot_en}")
            detector = DevicePart(f"podium.gas{kitchen}{place}", words, "gas", "podium", "midas_gas", "1s")
            compound.add(detector, fed_by=f"restaurant{min(kitchen, 2)}" if compound.scope.is_whole else "fire-power")
