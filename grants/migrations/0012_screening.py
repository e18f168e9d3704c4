"""Screening: checklist, findings, facts from others, and state aid.

The ceiling is data: when the regulation changes, a new row is added and this one gets
a last day.
"""

from datetime import date

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def add_ceiling(apps, schema_editor):
    apps.get_model("grants", "AidCeiling").objects.create(
        amount=300_000,
        source="forordning (EU) 2023/2831 artikkel 3 nr. 2",
        valid_from=date(2024, 1, 1),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0011_impartiality"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AidCeilingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=12, verbose_name="euro"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="Forordning og punkt.",
                        max_length=200,
                        verbose_name="kilde",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="gjelder fra")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True, null=True, verbose_name="gjelder til og med"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChecklistItem",
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
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="rekkefølge"
                    ),
                ),
                (
                    "text",
                    models.CharField(max_length=200, verbose_name="hva som sjekkes"),
                ),
                (
                    "help",
                    models.CharField(
                        blank=True,
                        help_text="Fylles inn når du ber søkeren om mer.",
                        max_length=300,
                        verbose_name="slik kan søkeren rette det",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="Punktet i utlysningen eller loven.",
                        max_length=120,
                        verbose_name="kilde",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("soker", "Hvem søker"),
                            ("prosjekt", "Hva dere vil gjøre"),
                            ("behov", "Hvem det er for"),
                            ("sted", "Sted og tid"),
                            ("okonomi", "Penger"),
                            ("stotte", "Annen offentlig støtte"),
                            ("sporsmal", "Spørsmål fra utlysningen"),
                            ("vedlegg", "Vedlegg"),
                        ],
                        help_text="Delen som søkeren får endre når punktet har en feil.",
                        max_length=20,
                        verbose_name="del av søknaden",
                    ),
                ),
            ],
            options={
                "verbose_name": "punkt i sjekklisten",
                "verbose_name_plural": "sjekkliste",
                "ordering": ["round", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistItemEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="rekkefølge"
                    ),
                ),
                (
                    "text",
                    models.CharField(max_length=200, verbose_name="hva som sjekkes"),
                ),
                (
                    "help",
                    models.CharField(
                        blank=True,
                        help_text="Fylles inn når du ber søkeren om mer.",
                        max_length=300,
                        verbose_name="slik kan søkeren rette det",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="Punktet i utlysningen eller loven.",
                        max_length=120,
                        verbose_name="kilde",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("soker", "Hvem søker"),
                            ("prosjekt", "Hva dere vil gjøre"),
                            ("behov", "Hvem det er for"),
                            ("sted", "Sted og tid"),
                            ("okonomi", "Penger"),
                            ("stotte", "Annen offentlig støtte"),
                            ("sporsmal", "Spørsmål fra utlysningen"),
                            ("vedlegg", "Vedlegg"),
                        ],
                        help_text="Delen som søkeren får endre når punktet har en feil.",
                        max_length=20,
                        verbose_name="del av søknaden",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Finding",
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
                    "result",
                    models.CharField(
                        choices=[
                            ("ok", "I orden"),
                            ("fault", "Mangler"),
                            ("not_relevant", "Gjelder ikke"),
                        ],
                        max_length=20,
                        verbose_name="resultat",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="hva som mangler"
                    ),
                ),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "funn",
                "verbose_name_plural": "funn",
                "ordering": ["application", "item__position", "item"],
            },
        ),
        migrations.CreateModel(
            name="FindingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("ok", "I orden"),
                            ("fault", "Mangler"),
                            ("not_relevant", "Gjelder ikke"),
                        ],
                        max_length=20,
                        verbose_name="resultat",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="hva som mangler"
                    ),
                ),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HeldFact",
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
                ("source", models.CharField(max_length=200, verbose_name="kilde")),
                ("seen_on", models.DateField(verbose_name="sett dato")),
                ("text", models.TextField(max_length=2000, verbose_name="opplysning")),
                ("held_at", models.DateTimeField()),
                (
                    "due_on",
                    models.DateField(null=True, verbose_name="frist for å uttale seg"),
                ),
                (
                    "comment",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="uttalelse"
                    ),
                ),
                ("commented_at", models.DateTimeField(null=True)),
                (
                    "dropped_at",
                    models.DateTimeField(
                        help_text="When we said that it will not be used.", null=True
                    ),
                ),
                ("dropped_reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "opplysning fra andre",
                "verbose_name_plural": "opplysninger fra andre",
                "ordering": ["application", "held_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StateAidNote",
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
                    "activity",
                    models.CharField(
                        choices=[("yes", "Ja"), ("partly", "Delvis"), ("no", "Nei")],
                        max_length=10,
                        verbose_name="økonomisk aktivitet",
                    ),
                ),
                ("reason", models.TextField(max_length=1000, verbose_name="hvorfor")),
                (
                    "declared",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="oppgitt av søkeren",
                    ),
                ),
                (
                    "own_awards",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="tilskudd fra oss",
                    ),
                ),
                (
                    "others",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="annen støtte vi kjenner",
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=8,
                        null=True,
                        verbose_name="kroner for en euro",
                    ),
                ),
                ("rate_on", models.DateField(null=True, verbose_name="kursdato")),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "vurdering av statsstøtte",
                "verbose_name_plural": "vurderinger av statsstøtte",
            },
        ),
        migrations.CreateModel(
            name="StateAidNoteEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "activity",
                    models.CharField(
                        choices=[("yes", "Ja"), ("partly", "Delvis"), ("no", "Nei")],
                        max_length=10,
                        verbose_name="økonomisk aktivitet",
                    ),
                ),
                ("reason", models.TextField(max_length=1000, verbose_name="hvorfor")),
                (
                    "declared",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="oppgitt av søkeren",
                    ),
                ),
                (
                    "own_awards",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="tilskudd fra oss",
                    ),
                ),
                (
                    "others",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        verbose_name="annen støtte vi kjenner",
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=8,
                        null=True,
                        verbose_name="kroner for en euro",
                    ),
                ),
                ("rate_on", models.DateField(null=True, verbose_name="kursdato")),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AidCeiling",
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
                        decimal_places=2, max_digits=12, verbose_name="euro"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="Forordning og punkt.",
                        max_length=200,
                        verbose_name="kilde",
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(unique=True, verbose_name="gjelder fra"),
                ),
                (
                    "valid_to",
                    models.DateField(
                        blank=True, null=True, verbose_name="gjelder til og med"
                    ),
                ),
            ],
            options={
                "verbose_name": "grense for bagatellmessig støtte",
                "verbose_name_plural": "grenser for bagatellmessig støtte",
                "ordering": ["-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="aid_ceiling_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="aid_ceiling_ends_after_it_starts",
                        violation_error_message="Siste dag kan ikke være før første dag.",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aidceiling",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grants_aidceilingevent" ("amount", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "valid_from", "valid_to") VALUES (NEW."amount", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."source", NEW."valid_from", NEW."valid_to"); RETURN NULL;',
                    hash="2b3a7130a03317b78d7c18ef0146fc74769df497",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_df79a",
                    table="grants_aidceiling",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aidceiling",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "grants_aidceilingevent" ("amount", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "valid_from", "valid_to") VALUES (NEW."amount", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."source", NEW."valid_from", NEW."valid_to"); RETURN NULL;',
                    hash="b1d4f291f1c6f79cf19723c2ba30a7395f0a4439",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f0e0b",
                    table="grants_aidceiling",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="aidceilingevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="aidceilingevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="grants.aidceiling",
            ),
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="checklist",
                to="grants.round",
            ),
        ),
        migrations.AddField(
            model_name="checklistitemevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="checklistitemevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="grants.checklistitem",
            ),
        ),
        migrations.AddField(
            model_name="checklistitemevent",
            name="round",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="grants.round",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="found_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="grants.checklistitem",
            ),
        ),
        migrations.AddField(
            model_name="findingevent",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="findingevent",
            name="found_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="findingevent",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="grants.checklistitem",
            ),
        ),
        migrations.AddField(
            model_name="findingevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="findingevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="grants.finding",
            ),
        ),
        migrations.AddField(
            model_name="heldfact",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held_facts",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="heldfact",
            name="commented_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="heldfact",
            name="held_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="heldfact",
            name="letter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held_facts",
                to="grants.letter",
            ),
        ),
        migrations.AddField(
            model_name="stateaidnote",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="state_aid",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="stateaidnote",
            name="checked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stateaidnoteevent",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="stateaidnoteevent",
            name="checked_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stateaidnoteevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="stateaidnoteevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="grants.stateaidnote",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.UniqueConstraint(
                fields=("round", "text"),
                name="checklist_item_named_once",
                violation_error_message="Utlysningen har alt et slikt punkt.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checklistitem",
            trigger=pgtrigger.compiler.Trigger(
                name="checklist_item_is_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    -- Publishing holds the round: what is changed meanwhile waits, and is then refused.\n    PERFORM 1 FROM grants_round\n        WHERE id = COALESCE(NEW.round_id, OLD.round_id) FOR KEY SHARE;\n    IF EXISTS (\n        SELECT 1 FROM grants_round\n        WHERE id = COALESCE(NEW.round_id, OLD.round_id) AND published_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'round_is_frozen: the round is published'\n            USING ERRCODE = 'restrict_violation';\n    END IF;\n    RETURN COALESCE(NEW, OLD);\n",
                    hash="e204e50257559b1519ffbb7e97f7bad64e9bdcd3",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_checklist_item_is_frozen_ad079",
                    table="grants_checklistitem",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checklistitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grants_checklistitemevent" ("help", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reference", "round_id", "step", "text") VALUES (NEW."help", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."reference", NEW."round_id", NEW."step", NEW."text"); RETURN NULL;',
                    hash="cf95d3c001445e79697d39934fa6247edd51b294",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0909c",
                    table="grants_checklistitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checklistitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "grants_checklistitemevent" ("help", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reference", "round_id", "step", "text") VALUES (NEW."help", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."reference", NEW."round_id", NEW."step", NEW."text"); RETURN NULL;',
                    hash="c3382b00cae0c8f7f73874f3eac9834bb64214d3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_32ec6",
                    table="grants_checklistitem",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("application", "item"), name="finding_once_per_item"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grants_findingevent" ("application_id", "found_at", "found_by_id", "id", "item_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result") VALUES (NEW."application_id", NEW."found_at", NEW."found_by_id", NEW."id", NEW."item_id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."result"); RETURN NULL;',
                    hash="2cc185e56e7ce7bcc7b3b536722970c289561357",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_23878",
                    table="grants_finding",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "grants_findingevent" ("application_id", "found_at", "found_by_id", "id", "item_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result") VALUES (NEW."application_id", NEW."found_at", NEW."found_by_id", NEW."id", NEW."item_id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."result"); RETURN NULL;',
                    hash="340efee752b89bf7a5e484ba455ede17ee274dfd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8f70f",
                    table="grants_finding",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="heldfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on", None), ("letter", None)),
                    models.Q(("due_on__isnull", False), ("letter__isnull", False)),
                    _connector="OR",
                ),
                name="held_fact_is_sent_with_a_deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("comment", ""), ("commented_at", None)),
                    models.Q(
                        ("commented_at__isnull", False),
                        ("letter__isnull", False),
                        models.Q(("comment", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="held_fact_is_commented_on_when_sent",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="heldfact",
            trigger=pgtrigger.compiler.Trigger(
                name="held_fact_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="680733cbf209c34ce831b365531746e3356415e2",
                    operation="DELETE",
                    pgid="pgtrigger_held_fact_stays_30da5",
                    table="grants_heldfact",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="heldfact",
            trigger=pgtrigger.compiler.Trigger(
                name="held_fact_is_as_seen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='RAISE EXCEPTION \'pgtrigger: Cannot update of "source", "seen_on", "text" rows from % table\', TG_TABLE_NAME;',
                    hash="7ec38202f1bb81db82a6fc785bea96626e1daec2",
                    operation='UPDATE OF "source", "seen_on", "text"',
                    pgid="pgtrigger_held_fact_is_as_seen_e4a07",
                    table="grants_heldfact",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="stateaidnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="state_aid_note_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="stateaidnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("activity", "no"),
                    models.Q(("rate__gt", 0), ("rate_on__isnull", False)),
                    _connector="OR",
                ),
                name="state_aid_note_has_a_rate",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stateaidnote",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grants_stateaidnoteevent" ("activity", "application_id", "checked_at", "checked_by_id", "declared", "id", "others", "own_awards", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "rate_on", "reason") VALUES (NEW."activity", NEW."application_id", NEW."checked_at", NEW."checked_by_id", NEW."declared", NEW."id", NEW."others", NEW."own_awards", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rate", NEW."rate_on", NEW."reason"); RETURN NULL;',
                    hash="fc052cc39cea02ec07f53b0d02d65ab809a8fa72",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fcfa1",
                    table="grants_stateaidnote",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stateaidnote",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "grants_stateaidnoteevent" ("activity", "application_id", "checked_at", "checked_by_id", "declared", "id", "others", "own_awards", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "rate_on", "reason") VALUES (NEW."activity", NEW."application_id", NEW."checked_at", NEW."checked_by_id", NEW."declared", NEW."id", NEW."others", NEW."own_awards", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rate", NEW."rate_on", NEW."reason"); RETURN NULL;',
                    hash="27b6886dc1958141a58978bbe1836b2cd21012ac",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ca944",
                    table="grants_stateaidnote",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(add_ceiling, migrations.RunPython.noop),
    ]
