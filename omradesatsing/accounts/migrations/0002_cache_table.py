from django.db import migrations

# Where the limits on log-in are counted, by all processes together. In Django's form
# for its database cache; unlogged, since a count may be lost with a crashed server.
MAKE = """
CREATE UNLOGGED TABLE portal_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX portal_cache_expires ON portal_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, "DROP TABLE portal_cache")]
