"""One site on several machines: edges read, a core keeps and judges, a broker lies between.

    devices ─► collectors ─► hub ─┬─► live feed ──────────────── …/<edge>/live  ──► live values, event stream, engine
                                  └─► spool ─► drain ─► uplink ─ …/<edge>/kept  ──► the core's spool ─► history
                                                 ▲                                        │ committed
                                                 └──────────────── …/<edge>/reply ◄───────┘

What is judged is fresh, what is kept is whole: nothing of ``live`` is stored, nothing of ``kept`` is judged.
"""
