"""Files in and out: a brand's first day from spreadsheets, and its books for others to read."""
