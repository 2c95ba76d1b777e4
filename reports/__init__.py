"""Cards, tables, charts, the HTML report and the workbook, from a plan alone."""
