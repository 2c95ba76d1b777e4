"""The workbook for finance: sheets to work in, totals as formulas, charts that can be edited."""
