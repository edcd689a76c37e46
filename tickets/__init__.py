"""The maintenance desk: what becomes of a ticket, and when it is late. Everything but ``desk`` and ``outbox`` is pure."""
