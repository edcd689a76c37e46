"""The scenarios that ship with the product, held against the rules that ship with it."""
