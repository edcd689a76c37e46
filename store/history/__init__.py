"""The past: a durable spool first, and behind it either the embedded history or InfluxDB.

::

    hub ──accept──► buffer in memory ──every 250 ms──► spool (SQLite WAL, one row per block)
                    full: refused, counted              │ full: oldest dropped, counted, on record
                                                        ▼
                                        drain, one thread per sink, with its own cursor
                                                        │ store away: retried, the spool holds
                                                        ▼
                                   embedded (DuckDB, a file per month)  │  InfluxDB (line protocol)

Readers see the sink's history together with the tail of the spool it has not taken yet.
"""
