"""The invented agreement: its traffic and, later, its returns. Nothing here is measured, and no page reads it."""
