import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FILL = """
    UPDATE grants_application SET asked_amount = (
        SELECT amount FROM grants_version
        WHERE application_id = grants_application.id AND sent_at IS NOT NULL
        ORDER BY number DESC LIMIT 1
    )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0017_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
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
                ("name", models.CharField(max_length=60, verbose_name="navn")),
                (
                    "query",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="avgrensning"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lagret filter",
                "verbose_name_plural": "lagrede filtre",
                "ordering": ["user", "name", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(
                fields=("user", "name"), name="saved_filter_name_is_own"
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="asked_amount",
            field=models.DecimalField(
                decimal_places=2,
                editable=False,
                help_text="Of the last version sent; kept by a trigger on the "
                "versions.",
                max_digits=12,
                null=True,
                verbose_name="søkt beløp",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["submitted_at", "id"], name="grants_appl_submitt_a616d5_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["asked_amount", "id"], name="grants_appl_asked_a_1bb2a7_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="applicant",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("name", config="norwegian"),
                name="applicant_name_search",
            ),
        ),
        migrations.AddIndex(
            model_name="version",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    "title", config="norwegian"
                ),
                condition=models.Q(("sent_at__isnull", False)),
                name="version_title_search",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="version_sent_tells_amount",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."sent_at" IS NOT NULL)',
                    func="\n                    UPDATE grants_application SET asked_amount = NEW.amount\n                    WHERE id = NEW.application_id;\n                    RETURN NULL;\n                ",
                    hash="931cbf371b9ba02002bca0427e15172715c81bbe",
                    operation='INSERT OR UPDATE OF "sent_at"',
                    pgid="pgtrigger_version_sent_tells_amount_0246b",
                    table="grants_version",
                    when="AFTER",
                ),
            ),
        ),
        # Last: what is changed here waits for no change of the tables.
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
