"""The key figures of alarm management (IEC 62682 / ISA-18.2 §16, EEMUA 191), counted in one pass over columns. Pure."""
