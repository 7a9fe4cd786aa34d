"""The sender's own workbook back, with its findings."""
