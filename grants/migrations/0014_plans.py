import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0012_screening"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
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
                ("name", models.CharField(max_length=80, verbose_name="navn")),
                (
                    "line",
                    models.TextField(
                        blank=True,
                        help_text="Står i brevet til dem som ikke får noe fordi pengene ikke rekker.",
                        max_length=2000,
                        verbose_name="hvor grensen gikk",
                    ),
                ),
                ("made_at", models.DateTimeField(editable=False)),
                ("changed_at", models.DateTimeField(editable=False)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("prepared_at", models.DateTimeField(editable=False, null=True)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="grants.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "fordelingsplan",
                "verbose_name_plural": "fordelingsplaner",
                "ordering": ["round", "made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanRow",
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
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="foreslått",
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        max_length=1000,
                        verbose_name="hvorfor dette beløpet",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_rows",
                        to="grants.application",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="grants.plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "rad i planen",
                "verbose_name_plural": "rader i planen",
                "ordering": ["plan", "application_id"],
            },
        ),
        migrations.CreateModel(
            name="ReasonsDraft",
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
                    "facts",
                    models.TextField(blank=True, max_length=4000, verbose_name="fakta"),
                ),
                (
                    "rules",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="regler"
                    ),
                ),
                (
                    "considerations",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="vurdering"
                    ),
                ),
                (
                    "conditions",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="vilkår"
                    ),
                ),
                ("written_at", models.DateTimeField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reasons_draft",
                        to="grants.application",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "utkast til begrunnelse",
                "verbose_name_plural": "utkast til begrunnelse",
            },
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                fields=("round", "name"),
                name="plan_named_once",
                violation_error_message="Utlysningen har alt en plan med dette navnet.",
            ),
        ),
        migrations.AddConstraint(
            model_name="planrow",
            constraint=models.UniqueConstraint(
                fields=("plan", "application"), name="plan_row_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount", None), ("amount__gte", 0), _connector="OR"
                ),
                name="plan_row_is_not_negative",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planrow",
            trigger=pgtrigger.compiler.Trigger(
                name="plan_row_is_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF EXISTS (\n                        SELECT 1 FROM grants_plan\n                        WHERE id = COALESCE(NEW.plan_id, OLD.plan_id)\n                        AND prepared_at IS NOT NULL\n                    ) THEN\n                        RAISE EXCEPTION 'plan_is_frozen: it has been prepared'\n                            USING ERRCODE = 'restrict_violation';\n                    END IF;\n                    RETURN COALESCE(NEW, OLD);\n                ",
                    hash="8e0c5858dd1e84ed213e57effeb55779f605168a",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_plan_row_is_frozen_d2f0a",
                    table="grants_planrow",
                    when="BEFORE",
                ),
            ),
        ),
    ]
