"""Recordings: what the devices of a site said over some time, in one file, to be played again.

::

    stored history, running platform, history maker ──► writer ──► file ──► reader ──► platform at any speed
                                                                                  └──► scenario, for review
"""
