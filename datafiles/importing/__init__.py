"""Importers of public data: a publisher's own files to district folders and bundles, with a report.

A source (`ccd.py`, `f33.py`, `urban.py`, `texas.py`, `chicago.py`, `illinois.py`, `mapped.py`) turns tables into `record.DistrictRecord`s;
`district_files.py` turns a record and a price book into the files of a district. What was used, dropped, guessed and is
missing goes into one `report.ImportReport`.
"""
