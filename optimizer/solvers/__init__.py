"""The gateways to solvers; the only place that imports highspy or pulp."""
