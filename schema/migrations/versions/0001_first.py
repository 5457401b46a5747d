"""The first schema: its statements stand beside this file, one file per dialect, and never change."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    script = Path(__file__).with_name(f"0001_{connection.dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.split("\n--;\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
