"""Closed and merged services, shortlists, saved searches, and what is read by day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KINDS = (
    "ending",
    "ended",
    "decision_late",
    "part_ending",
    "extended",
    "brought_forward",
    "paused",
    "closed",
    "reopened",
    "contact_changed",
    "contact_leaving",
    "route_at_risk",
    "review_due",
    "audit_difference",
)
ONE_SUBJECT = (
    "CASE WHEN service_id IS NULL THEN 0 ELSE 1 END + CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN need_id IS NULL THEN 0 ELSE 1 END%s = 1"
)
OR_A_LIST = " + CASE WHEN shortlist_id IS NULL THEN 0 ELSE 1 END"


def _one_of(column: str, words: tuple[str, ...]) -> str:
    said = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({said})"


# long because it is one list, a table after the other
def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "closing",
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "funding_ended",
                "merged",
                "moved_away",
                "provider_closed",
                "other",
                name="closingreason",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(merged_into_id IS NULL) = (reason <> 'merged')", name=op.f("ck_closing_merged")),
        sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> service_id", name=op.f("ck_closing_not_itself")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["service.id"], name=op.f("fk_closing_merged_into_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_closing_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
        sa.UniqueConstraint("service_id", name=op.f("uq_closing_service_id")),
    )
    with op.batch_alter_table("closing") as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_service_id"), ["service_id"], unique=False)

    op.create_table(
        "reading_mark",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reading_mark_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_mark")),
        sa.UniqueConstraint("account_id", name=op.f("uq_reading_mark_account_id")),
    )
    op.create_table(
        "saved_search",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("is_too_wide", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_search_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    with op.batch_alter_table("saved_search") as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_search_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_looked_on"), ["looked_on"], unique=False)

    op.create_table(
        "shortlist",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_shortlist_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist")),
    )
    with op.batch_alter_table("shortlist") as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlist_account_id"), ["account_id"], unique=False)

    op.create_table(
        "search_match",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["saved_search.id"], name=op.f("fk_search_match_search_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_search_match_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "service_id", name=op.f("pk_search_match")),
    )
    with op.batch_alter_table("search_match") as batch_op:
        batch_op.create_index(batch_op.f("ix_search_match_service_id"), ["service_id"], unique=False)

    op.create_table(
        "shortlist_entry",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("shortlist_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["account.id"], name=op.f("fk_shortlist_entry_added_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_shortlist_entry_service_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["shortlist_id"], ["shortlist.id"], name=op.f("fk_shortlist_entry_shortlist_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_entry")),
        sa.UniqueConstraint("shortlist_id", "service_id", name=op.f("uq_shortlist_entry_shortlist_id_service_id")),
    )
    with op.batch_alter_table("shortlist_entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlist_entry_added_by_id"), ["added_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortlist_entry_service_id"), ["service_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortlist_entry_shortlist_id"), ["shortlist_id"], unique=False)

    op.create_table(
        "shortlist_share",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("may_add", sa.Boolean(), nullable=False),
        sa.Column("shortlist_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(account_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_shortlist_share_one_reader")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_shortlist_share_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_shortlist_share_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shortlist_id"], ["shortlist.id"], name=op.f("fk_shortlist_share_shortlist_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_share")),
        sa.UniqueConstraint("shortlist_id", "account_id", name=op.f("uq_shortlist_share_shortlist_id_account_id")),
        sa.UniqueConstraint("shortlist_id", "organisation_id", name=op.f("uq_shortlist_share_shortlist_id_organisation_id")),
    )
    with op.batch_alter_table("shortlist_share") as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlist_share_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortlist_share_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortlist_share_shortlist_id"), ["shortlist_id"], unique=False)

    op.create_table(
        "moved_watch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("already_ended_on", sa.Date(), nullable=True),
        sa.Column("watch_id", sa.Uuid(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_moved_watch_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["merged_id"], ["service.id"], name=op.f("fk_moved_watch_merged_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_moved_watch_watch_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_watch")),
        sa.UniqueConstraint("account_id", "merged_id", name=op.f("uq_moved_watch_account_id_merged_id")),
    )
    with op.batch_alter_table("moved_watch") as batch_op:
        batch_op.create_index(batch_op.f("ix_moved_watch_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moved_watch_merged_id"), ["merged_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moved_watch_watch_id"), ["watch_id"], unique=False)

    with op.batch_alter_table("contact") as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_first_on"), ["first_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_last_on"), ["last_on"], unique=False)

    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_delivery_settled_at"), ["settled_at"], unique=False)

    with op.batch_alter_table("funding_window") as batch_op:
        batch_op.create_index(batch_op.f("ix_funding_window_confirmed_on"), ["confirmed_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_window_starts_on"), ["starts_on"], unique=False)

    with op.batch_alter_table("service") as batch_op:
        batch_op.create_index(batch_op.f("ix_service_assured_on"), ["assured_on"], unique=False)

    with op.batch_alter_table("service_need") as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_need_need_id"))
        batch_op.create_index("ix_service_need_need_id_service_id", ["need_id", "service_id"], unique=False)

    with op.batch_alter_table("watch") as batch_op:
        batch_op.add_column(sa.Column("shortlist_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_watch_shortlist_id"), ["shortlist_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_watch_account_id_shortlist_id"), ["account_id", "shortlist_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_watch_shortlist_id"), "shortlist", ["shortlist_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.drop_constraint(batch_op.f("ck_watch_one_subject"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_watch_one_subject"), ONE_SUBJECT % OR_A_LIST)

    with op.batch_alter_table("alert") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_alert_alertkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_alert_alertkind"), _one_of("kind", (*KINDS, "new_match")))


# long because it is one list, a table after the other
def downgrade() -> None:
    """Takes the change back."""
    op.execute("DELETE FROM delivery WHERE alert_id IN (SELECT id FROM alert WHERE kind = 'new_match')")
    op.execute("DELETE FROM alert WHERE kind = 'new_match'")
    op.execute("DELETE FROM watch WHERE shortlist_id IS NOT NULL")
    with op.batch_alter_table("alert") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_alert_alertkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_alert_alertkind"), _one_of("kind", KINDS))

    with op.batch_alter_table("watch") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_watch_one_subject"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_watch_one_subject"), ONE_SUBJECT % "")
        batch_op.drop_constraint(batch_op.f("fk_watch_shortlist_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_watch_account_id_shortlist_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_watch_shortlist_id"))
        batch_op.drop_column("shortlist_id")

    with op.batch_alter_table("service_need") as batch_op:
        batch_op.drop_index("ix_service_need_need_id_service_id")
        batch_op.create_index(batch_op.f("ix_service_need_need_id"), ["need_id"], unique=False)

    with op.batch_alter_table("service") as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_assured_on"))

    with op.batch_alter_table("funding_window") as batch_op:
        batch_op.drop_index(batch_op.f("ix_funding_window_starts_on"))
        batch_op.drop_index(batch_op.f("ix_funding_window_confirmed_on"))

    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_settled_at"))
        batch_op.drop_column("settled_at")

    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_last_on"))
        batch_op.drop_index(batch_op.f("ix_contact_first_on"))

    with op.batch_alter_table("moved_watch") as batch_op:
        batch_op.drop_index(batch_op.f("ix_moved_watch_watch_id"))
        batch_op.drop_index(batch_op.f("ix_moved_watch_merged_id"))
        batch_op.drop_index(batch_op.f("ix_moved_watch_account_id"))

    op.drop_table("moved_watch")
    with op.batch_alter_table("shortlist_share") as batch_op:
        batch_op.drop_index(batch_op.f("ix_shortlist_share_shortlist_id"))
        batch_op.drop_index(batch_op.f("ix_shortlist_share_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_shortlist_share_account_id"))

    op.drop_table("shortlist_share")
    with op.batch_alter_table("shortlist_entry") as batch_op:
        batch_op.drop_index(batch_op.f("ix_shortlist_entry_shortlist_id"))
        batch_op.drop_index(batch_op.f("ix_shortlist_entry_service_id"))
        batch_op.drop_index(batch_op.f("ix_shortlist_entry_added_by_id"))

    op.drop_table("shortlist_entry")
    with op.batch_alter_table("search_match") as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_match_service_id"))

    op.drop_table("search_match")
    with op.batch_alter_table("shortlist") as batch_op:
        batch_op.drop_index(batch_op.f("ix_shortlist_account_id"))

    op.drop_table("shortlist")
    with op.batch_alter_table("saved_search") as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_search_looked_on"))
        batch_op.drop_index(batch_op.f("ix_saved_search_account_id"))

    op.drop_table("saved_search")
    op.drop_table("reading_mark")
    with op.batch_alter_table("closing") as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_service_id"))
        batch_op.drop_index(batch_op.f("ix_closing_merged_into_id"))

    op.drop_table("closing")
