"""How a return in our own form is read: whose it is, which sheet is which table, its headings, its rows."""
