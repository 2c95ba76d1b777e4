"""The maths: program, formulation, objectives, solving, certificate, and the questions asked of it."""
