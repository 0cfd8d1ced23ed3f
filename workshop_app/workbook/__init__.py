"""The Excel side: report specification to sheets, and reading spreadsheets. The only place with openpyxl."""
