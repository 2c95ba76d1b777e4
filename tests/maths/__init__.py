"""Tests of the maths: the builder, the rules, the objectives, the certificate, and an independent reading of all of it."""
