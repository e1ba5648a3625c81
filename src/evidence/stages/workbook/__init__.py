"""The room workbook."""
