"""The systems of the reference site, one file each."""
