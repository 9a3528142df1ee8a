"""Who else is told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


# long because it is one list, a table after the other
def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "scan_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("looked_for_on", sa.Date(), nullable=False),
        sa.Column("looked_at_all_on", sa.Date(), nullable=False),
        sa.Column("asked_with", sa.Text(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_mark")),
    )
    op.create_table(
        "account_area",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_area_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_account_area_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_area")),
        sa.UniqueConstraint("account_id", "area_id", name=op.f("uq_account_area_account_id_area_id")),
    )
    with op.batch_alter_table("account_area") as batch_op:
        batch_op.create_index(batch_op.f("ix_account_area_area_id"), ["area_id"], unique=False)

    op.create_table(
        "service_thresholds",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_thresholds_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_thresholds")),
        sa.UniqueConstraint("service_id", name=op.f("uq_service_thresholds_service_id")),
    )
    op.create_table(
        "suggestion",
        sa.Column(
            "kind",
            sa.Enum(
                "number_does_not_work",
                "has_closed",
                "wrong_place",
                "wrong_hours",
                "wrong_dates",
                "other",
                name="suggestionkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "public", "contact", "staff", name="suggestionorigin", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "accepted", "declined", name="suggestionstate", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_suggestion_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("reference", name=op.f("uq_suggestion_reference")),
    )
    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.create_index(batch_op.f("ix_suggestion_service_id"), ["service_id"], unique=False)
        batch_op.create_index("ix_suggestion_state_made_on", ["state", "made_on"], unique=False)

    with op.batch_alter_table("alert_choice") as batch_op:
        batch_op.add_column(
            sa.Column(
                "urgent_pace",
                sa.Enum("at_once", "daily", "weekly", name="urgent_pace", native_enum=False, create_constraint=True, length=30),
                server_default="at_once",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("wants_mail", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("webhook_url", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("alert_choice") as batch_op:
        # Whoever chose before there were two paces keeps theirs; from now on the site says it itself.
        for column in ("urgent_pace", "wants_mail", "webhook_url"):
            batch_op.alter_column(column, server_default=None)

    with op.batch_alter_table("change") as batch_op:
        batch_op.create_index("ix_change_record_type_happened_at", ["record_type", "happened_at"], unique=False)

    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("contact_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("batch_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("stands_in_for_id", sa.Uuid(), nullable=True))
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_index(batch_op.f("ix_delivery_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_stands_in_for_id"), ["stands_in_for_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_delivery_alert_id_contact_id_channel"), ["alert_id", "contact_id", "channel"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_delivery_stands_in_for_id"), "delivery", ["stands_in_for_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_delivery_contact_id"), "contact", ["contact_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.drop_constraint(batch_op.f("ck_delivery_channelname"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_delivery_channelname"), "channel IN ('email', 'webhook')")

    with op.batch_alter_table("funding_window") as batch_op:
        batch_op.drop_index(batch_op.f("ix_funding_window_service_id"))
        batch_op.create_index("ix_funding_window_renewal_decision_due_on", ["renewal", "decision_due_on"], unique=False)
        batch_op.create_index("ix_funding_window_service_id_ends_on", ["service_id", "ends_on"], unique=False)


# long because it is one list, a table after the other
def downgrade() -> None:
    """Takes the change back."""
    with op.batch_alter_table("funding_window") as batch_op:
        batch_op.drop_index("ix_funding_window_service_id_ends_on")
        batch_op.drop_index("ix_funding_window_renewal_decision_due_on")
        batch_op.create_index(batch_op.f("ix_funding_window_service_id"), ["service_id"], unique=False)

    op.execute("DELETE FROM delivery WHERE channel = 'webhook' OR account_id IS NULL")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_delivery_channelname"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_delivery_channelname"), "channel IN ('email')")
        batch_op.drop_constraint(batch_op.f("fk_delivery_contact_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_delivery_stands_in_for_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_delivery_alert_id_contact_id_channel"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_delivery_stands_in_for_id"))
        batch_op.drop_index(batch_op.f("ix_delivery_contact_id"))
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("stands_in_for_id")
        batch_op.drop_column("batch_id")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("contact_id")

    with op.batch_alter_table("change") as batch_op:
        batch_op.drop_index("ix_change_record_type_happened_at")

    with op.batch_alter_table("alert_choice") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_alert_choice_urgent_pace"), type_="check")
        batch_op.drop_column("webhook_url")
        batch_op.drop_column("wants_mail")
        batch_op.drop_column("urgent_pace")

    with op.batch_alter_table("suggestion") as batch_op:
        batch_op.drop_index("ix_suggestion_state_made_on")
        batch_op.drop_index(batch_op.f("ix_suggestion_service_id"))

    op.drop_table("suggestion")
    op.drop_table("service_thresholds")
    with op.batch_alter_table("account_area") as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_area_area_id"))

    op.drop_table("account_area")
    op.drop_table("scan_mark")
