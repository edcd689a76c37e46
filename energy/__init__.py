"""Figures from meters. Pure over ``History`` and ``Site``: times come in, figures with units, completeness and corrections go out."""
