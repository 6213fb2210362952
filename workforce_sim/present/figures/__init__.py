"""Figures for board papers, reports and notebooks; `registry` lists them, each other module draws some of them."""
