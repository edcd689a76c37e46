from simulators.schedule import Schedule


def test_acts_happen_in_the_order_of_their_moments_each_at_its_own() -> None:
    schedule, seen = Schedule(), list[tuple[str, float]]()

    def note(name: str) -> None:
        seen.append((name, schedule.now_s))

    schedule.after(5, lambda: note("late"))
    schedule.after(2, lambda: note("first"))
    schedule.after(2, lambda: note("second"))
    schedule.advance(1.9)
    assert seen == []
    schedule.advance(10)
    assert seen == [("first", 2.0), ("second", 2.0), ("late", 5.0)]
    assert schedule.now_s == 11.9


def test_an_act_may_enter_another_that_falls_due_in_the_same_step() -> None:
    schedule, seen = Schedule(), list[float]()
    schedule.after(1, lambda: schedule.after(1, lambda: seen.append(schedule.now_s)))
    schedule.advance(3)
    assert seen == [2.0]
