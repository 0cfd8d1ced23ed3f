"""Alembic environment. Run by workshop_app.storage.migrate, which hands over an open transaction."""

from alembic import context

from workshop_app.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller has begun one transaction over all steps and their user_version: all or nothing.
    transactional_ddl=False,
)
context.run_migrations()
