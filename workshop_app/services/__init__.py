"""Use cases over ports: what the program does, blind to Qt, SQL and Excel."""
