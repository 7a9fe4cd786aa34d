"""The pre-filled workbook that a party reports in."""
