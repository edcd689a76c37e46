"""Rules tested against stored history, beside live work: the question, the process that answers it, the answer."""
