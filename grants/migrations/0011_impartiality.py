import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import grants.numbers

# Whoever leaves the staff, on whatever road, leaves no ties behind. In the database,
# as accounts know nothing of grants.
FORGET_TIES = """
    CREATE FUNCTION grants_forget_ties() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM grants_tie WHERE user_id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER grants_forget_ties
        AFTER UPDATE OF is_active, is_staff ON accounts_user
        FOR EACH ROW WHEN (NOT NEW.is_active OR NOT NEW.is_staff)
        EXECUTE FUNCTION grants_forget_ties();
"""
KEEP_TIES = """
    DROP TRIGGER grants_forget_ties ON accounts_user;
    DROP FUNCTION grants_forget_ties();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_reports_to"),
        ("grants", "0010_deciding"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppointedRuler",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        help_text="Saksnummer, brev eller møte.",
                        max_length=120,
                        verbose_name="utpekt i",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="fra og med")),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="til og med"),
                ),
            ],
            options={
                "verbose_name": "utpekt til å avgjøre habilitet",
                "verbose_name_plural": "utpekt til å avgjøre habilitet",
                "ordering": ["valid_from", "pk"],
            },
        ),
        migrations.CreateModel(
            name="BoardMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="rolle")),
                ("name", models.CharField(max_length=200, verbose_name="navn")),
            ],
            options={
                "verbose_name": "rolle i Enhetsregisteret",
                "verbose_name_plural": "roller i Enhetsregisteret",
                "ordering": ["organisation", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DecisionFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("decided", "avgjorde saken"),
                            ("prepared", "forberedte vedtaket"),
                            ("assessed", "vurderte søknaden"),
                            ("advised", "ga råd i saken"),
                            ("led", "var leder for den som avgjorde"),
                        ],
                        max_length=10,
                        verbose_name="hva de gjorde",
                    ),
                ),
                ("flagged_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settlement",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="hva det fører til"
                    ),
                ),
            ],
            options={
                "verbose_name": "vedtak som må ses på igjen",
                "verbose_name_plural": "vedtak som må ses på igjen",
                "ordering": ["decision", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("conflict", models.BooleanField(verbose_name="inhabil")),
                (
                    "reason",
                    models.TextField(max_length=1000, verbose_name="begrunnelse"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("leader", "nærmeste leder"),
                            ("above", "leder over nærmeste leder"),
                            ("appointed", "utpekt av administratoren"),
                        ],
                        max_length=10,
                        verbose_name="avgjort som",
                    ),
                ),
                ("ruled_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "avgjørelse om habilitet",
                "verbose_name_plural": "avgjørelser om habilitet",
                "ordering": ["application", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("board", "verv"),
                            ("employment", "jobb eller oppdrag"),
                            ("ownership", "eierskap"),
                            ("family", "familie eller nær slekt"),
                            ("street", "der jeg bor"),
                            ("other", "noe annet"),
                        ],
                        max_length=10,
                        verbose_name="slag",
                    ),
                ),
                (
                    "organisation_name",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="organisasjon"
                    ),
                ),
                (
                    "orgnr",
                    models.CharField(
                        blank=True,
                        max_length=9,
                        validators=[grants.numbers.valid_orgnr],
                        verbose_name="organisasjonsnummer",
                    ),
                ),
                (
                    "person_name",
                    models.CharField(blank=True, max_length=120, verbose_name="person"),
                ),
                (
                    "street",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="gate eller vei"
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="mer om bindingen"
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(blank=True, null=True, verbose_name="fra og med"),
                ),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="til og med"),
                ),
                (
                    "entered_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
            ],
            options={
                "verbose_name": "binding",
                "verbose_name_plural": "bindinger",
                "ordering": ["kind", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="declaration",
            name="declaration_once",
        ),
        migrations.AddField(
            model_name="organisation",
            name="board_read_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the register last told who has a role (see BoardMember).",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("conflict", False)),
                fields=("application", "user"),
                name="declaration_impartial_once",
            ),
        ),
        migrations.AddField(
            model_name="appointedruler",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointed_rulers",
                to=settings.AUTH_USER_MODEL,
                verbose_name="hvem",
            ),
        ),
        migrations.AddField(
            model_name="boardmember",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="board",
                to="grants.organisation",
            ),
        ),
        migrations.AddField(
            model_name="decisionflag",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="flags",
                to="grants.decision",
            ),
        ),
        migrations.AddField(
            model_name="decisionflag",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decisionflag",
            name="user",
            field=models.ForeignKey(
                help_text="Who had the conflict.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="declaration",
            field=models.ForeignKey(
                help_text="The last conflict they had declared by then, if any.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings",
                to="grants.declaration",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="ruled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="user",
            field=models.ForeignKey(
                help_text="Whose impartiality it is about.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings_on",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ties",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="appointedruler",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None),
                    ("valid_to__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="appointed_ruler_ends_after_start",
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionflag",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)),
                fields=("decision", "user"),
                name="decision_flag_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionflag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_at", None), ("settled_by", None), ("settlement", "")
                    ),
                    models.Q(
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("settlement", ""), _negated=True),
                        models.Q(("settled_by", models.F("user")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="decision_flag_settled_with_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionflag",
            trigger=pgtrigger.compiler.Trigger(
                name="decision_flag_is_settled_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."settled_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="1accd9607dac08404b358812209d1ba13bf56332",
                    operation="UPDATE",
                    pgid="pgtrigger_decision_flag_is_settled_once_0885e",
                    table="grants_decisionflag",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionflag",
            trigger=pgtrigger.compiler.Trigger(
                name="decision_flag_is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="31dd9130903558ec01dadb9e02cb3fe8179d4d96",
                    operation="DELETE",
                    pgid="pgtrigger_decision_flag_is_kept_e112c",
                    table="grants_decisionflag",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(
                fields=["application", "user"], name="grants_ruli_applica_08c78a_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("user", models.F("ruled_by")), _negated=True),
                name="ruling_is_not_on_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="ruling_gives_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ruling",
            trigger=pgtrigger.compiler.Trigger(
                name="ruling_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7f846d4082b27aae1083d458209beb0db6ca9b2d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_ruling_is_append_only_5aac5",
                    table="grants_ruling",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organisation_name", ""),
                    ("orgnr", ""),
                    ("person_name", ""),
                    ("street", ""),
                    _negated=True,
                ),
                name="tie_is_to_something",
                violation_error_message="Skriv en organisasjon, en person eller en gate.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None),
                    ("valid_to", None),
                    ("valid_to__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="tie_ends_after_it_starts",
                violation_error_message="Siste dag kan ikke være før første dag.",
            ),
        ),
        migrations.RunSQL(FORGET_TIES, KEEP_TIES),
    ]
