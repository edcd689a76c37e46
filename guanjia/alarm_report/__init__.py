"""The report of how the alarms are kept, for a manager: on paper, as a spreadsheet, as lines."""
