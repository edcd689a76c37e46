"""In which role somebody has changed a rule: what is asked years later is whether they might then."""

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    op.add_column("rule_versions", sa.Column("by_role", sa.String))
