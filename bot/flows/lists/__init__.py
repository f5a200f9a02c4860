"""Lists of goods that dealers send as a file: a spreadsheet, CSV, or lines of text."""
