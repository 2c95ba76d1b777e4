"""The pictures: one Vega-Lite specification each, whose title asks the question that it answers."""
