from django.db import migrations

# Written as plain triggers, not with a library that lets a session switch them off:
# not even the owner's psql changes the journal by accident. Disposal, when a retention
# rule allows it, goes through journal_dispose alone.
GUARD = """
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER journal_append_only
    BEFORE UPDATE OR DELETE ON journal_journalentry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();

CREATE TRIGGER journal_no_truncate
    BEFORE TRUNCATE ON journal_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();

ALTER TABLE journal_journalentry ENABLE ALWAYS TRIGGER journal_append_only;
ALTER TABLE journal_journalentry ENABLE ALWAYS TRIGGER journal_no_truncate;

CREATE FUNCTION journal_dispose(older_than timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    -- Ten years is the shortest time any grant case is kept; a rule may say longer.
    IF older_than > now() - interval '10 years' THEN
        RAISE EXCEPTION 'Entries younger than ten years are kept'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Takes the table's lock until the end of the transaction: nobody else can delete.
    ALTER TABLE public.journal_journalentry DISABLE TRIGGER journal_append_only;
    DELETE FROM public.journal_journalentry WHERE at < older_than;
    GET DIAGNOSTICS gone = ROW_COUNT;
    ALTER TABLE public.journal_journalentry ENABLE ALWAYS TRIGGER journal_append_only;
    RETURN gone;
END $$;

REVOKE ALL ON FUNCTION journal_dispose(timestamptz) FROM PUBLIC;
"""

UNGUARD = """
DROP FUNCTION journal_dispose(timestamptz);
DROP TRIGGER journal_no_truncate ON journal_journalentry;
DROP TRIGGER journal_append_only ON journal_journalentry;
DROP FUNCTION journal_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
