"""Which language each account reads; indexes for finding others for the same need and area."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """An empty language is whatever the browser asks for."""
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("account") as batch_op:
        batch_op.alter_column("language", server_default=None)
    with op.batch_alter_table("service_area") as batch_op:
        batch_op.drop_index("ix_service_area_area_id")
        batch_op.create_index("ix_service_area_area_id_service_id", ["area_id", "service_id"])
    with op.batch_alter_table("funding_window") as batch_op:
        batch_op.create_index("ix_funding_window_service_id_certainty_ends_on", ["service_id", "certainty", "ends_on"])


def downgrade() -> None:
    """Forgets the languages, and looks for others the long way."""
    with op.batch_alter_table("funding_window") as batch_op:
        batch_op.drop_index("ix_funding_window_service_id_certainty_ends_on")
    with op.batch_alter_table("service_area") as batch_op:
        batch_op.drop_index("ix_service_area_area_id_service_id")
        batch_op.create_index("ix_service_area_area_id", ["area_id"])
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_column("language")
