"""What the figures count beside floods and chattering, whose limits stand where they are found: rules/flood.py and rules/nuisance.py."""

from model.clock import DAY

BUSY_HOUR_ABOVE = 30
"""Alarms in an hour (ISA-18.2 §16.5)."""
LEAD_NS = DAY
"""So long before a period raises are looked at, for the flood that it begins in (practice: none lasts a day)."""
FLEETING_TIMES = 3
"""So often in the period, with more than half of its occurrences brief, an alarm is fleeting (practice): once is a coincidence."""
STALE_AFTER = DAY
UNANSWERED_TIMES = 3
"""Raised this often and never acted on, an alarm is one that nobody needs or nobody sees (practice)."""
FREQUENT_TIMES = 3
"""Raised less often than this in the period, an alarm is no bad actor even where it is among the ten most frequent (practice)."""
