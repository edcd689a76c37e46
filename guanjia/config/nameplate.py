"""Figures of a device's ``params`` that are used without any rule speaking of them: by pages, dashboards and simulators."""

NAMEPLATE = frozenset(
    {
        "capacity_kva",  # of a transformer
        "direction",  # of a barrier: 1 in, 0 out
        "floors",  # an elevator stops at
        "height_m",  # of a tank or pit, from its floor to the brim
        "high_m",  # level that is too high
        "households",  # a feeder supplies
        "load_kw",  # greatest load of a feeder
        "low_m",  # level that is too low
        "most_flow",  # a water meter sees
        "phases",  # of a charger
        "rated_current",  # A
        "rated_speed",  # m/s of an elevator
    }
)
