"""The maintenance desk: what becomes of a ticket, and when it is late. Everything but ``desk`` is pure."""
