"""Physical models of the machines on site: what is true before any register says so."""
