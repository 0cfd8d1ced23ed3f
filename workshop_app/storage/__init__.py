"""Files on disk: the workshop database and the agenda. The only place with SQLAlchemy, sqlite3 and YAML."""
