import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0014_plans"),
        ("files", "0003_scanner_outage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
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
                    "key",
                    models.CharField(editable=False, max_length=30, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "mottatt"),
                            ("needs_info", "venter på deg"),
                            ("upheld", "vurdert, sendes videre"),
                            ("changed", "vedtaket er endret"),
                            ("dismissed", "klagen er avvist"),
                            ("forwarded", "hos klageinstansen"),
                            ("settled", "avgjort av klageinstansen"),
                            ("withdrawn", "trukket"),
                        ],
                        default="received",
                        editable=False,
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("portal", "Min side"),
                            ("open", "skjemaet for alle"),
                            ("letter", "brev"),
                            ("email", "e-post"),
                        ],
                        max_length=10,
                        verbose_name="kom som",
                    ),
                ),
                ("by_party", models.BooleanField(verbose_name="fra søkeren")),
                (
                    "name",
                    models.CharField(blank=True, max_length=120, verbose_name="navn"),
                ),
                (
                    "contact",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="hvordan vi når deg"
                    ),
                ),
                (
                    "interest",
                    models.TextField(
                        blank=True,
                        max_length=1000,
                        verbose_name="hvordan saken gjelder deg",
                    ),
                ),
                (
                    "case_given",
                    models.CharField(
                        blank=True,
                        help_text="What an outsider wrote about the case.",
                        max_length=120,
                    ),
                ),
                (
                    "wanted",
                    models.TextField(
                        max_length=4000, verbose_name="hva du ønsker endret"
                    ),
                ),
                (
                    "reasons",
                    models.TextField(
                        blank=True, max_length=8000, verbose_name="hvorfor"
                    ),
                ),
                (
                    "wants_delay",
                    models.BooleanField(
                        default=False, verbose_name="ber om utsatt iverksetting"
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="mottatt")),
                (
                    "sent_on",
                    models.DateField(
                        help_text="The postmark, or the day it came.",
                        verbose_name="sendt",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        help_text="The last day it was measured by when it came.",
                        null=True,
                        verbose_name="klagefrist",
                    ),
                ),
                (
                    "suspicious",
                    models.BooleanField(
                        default=False,
                        help_text="A trap for robots was touched. Stops nothing.",
                    ),
                ),
                ("taken_in_at", models.DateTimeField(editable=False, null=True)),
                (
                    "ruling",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="hvorfor den tas inn"
                    ),
                ),
                ("delay_granted", models.BooleanField(editable=False, null=True)),
                ("delay_reasons", models.TextField(blank=True, max_length=2000)),
                ("delay_ruled_at", models.DateTimeField(editable=False, null=True)),
                ("reviewed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "statement",
                    models.TextField(
                        blank=True, max_length=8000, verbose_name="uttalelse"
                    ),
                ),
                ("forwarded_at", models.DateTimeField(editable=False, null=True)),
                (
                    "proposed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "vedtaket står"),
                            ("changed", "vedtaket er endret"),
                            ("sent_back", "saken er sendt tilbake"),
                            ("dismissed", "klagen er avvist"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "proposed_reasons",
                    models.TextField(
                        blank=True, max_length=8000, verbose_name="begrunnelse"
                    ),
                ),
                (
                    "harm_interests",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        verbose_name="hensyn som veier tyngre",
                    ),
                ),
                ("proposed_at", models.DateTimeField(editable=False, null=True)),
                ("settled_at", models.DateTimeField(editable=False, null=True)),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                (
                    "against",
                    models.ForeignKey(
                        help_text="The appeal that was dismissed, when that is what is appealed.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="grants.appeal",
                    ),
                ),
                (
                    "bundle",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="grants.decision",
                    ),
                ),
                (
                    "delay_ruled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "forwarded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lodged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome_letter",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.letter",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_in_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "klage",
                "verbose_name_plural": "klager",
                "ordering": ["received_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AppealFile",
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
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="grants.appeal",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal_files",
                        to="files.storedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["appeal", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AppealQuestion",
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
                ("text", models.TextField(max_length=2000, verbose_name="spørsmål")),
                ("due_on", models.DateField(verbose_name="svar innen")),
                ("asked_at", models.DateTimeField()),
                (
                    "answer",
                    models.TextField(blank=True, max_length=4000, verbose_name="svar"),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="grants.appeal",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["appeal", "asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AppealShortfall",
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
                        decimal_places=2, max_digits=12, verbose_name="mangler"
                    ),
                ),
                (
                    "asked_of",
                    models.CharField(max_length=200, verbose_name="bedt om av"),
                ),
                ("asked_at", models.DateTimeField()),
                ("met_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shortfalls",
                        to="grants.appeal",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["appeal", "asked_at", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("wanted", ""), _negated=True),
                name="appeal_says_what_to_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision__isnull", False),
                    models.Q(("channel", "open"), ("state", "received")),
                    models.Q(("channel", "open"), ("state", "withdrawn")),
                    _connector="OR",
                ),
                name="appeal_has_a_case_before_it_moves",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("by_party", True),
                    models.Q(("name", ""), _negated=True),
                    _connector="OR",
                ),
                name="appeal_outsider_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ruling", ""), ("taken_in_at", None), ("taken_in_by", None)
                    ),
                    models.Q(
                        ("taken_in_at__isnull", False),
                        ("taken_in_by__isnull", False),
                        models.Q(("ruling", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_ruling_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("delay_granted", None),
                        ("delay_ruled_at", None),
                        ("delay_ruled_by", None),
                    ),
                    models.Q(
                        ("delay_granted__isnull", False),
                        ("delay_ruled_at__isnull", False),
                        ("delay_ruled_by__isnull", False),
                        models.Q(("delay_reasons", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_delay_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["received", "needs_info", "withdrawn"]),
                    models.Q(
                        ("reviewed_at__isnull", False),
                        models.Q(("statement", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_reviewed_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_at", None),
                        models.Q(("state", "settled"), _negated=True),
                    ),
                    models.Q(
                        ("proposed_by__isnull", False),
                        ("settled_at__isnull", False),
                        ("state", "settled"),
                        models.Q(("proposed", ""), _negated=True),
                        models.Q(
                            ("settled_by", models.F("proposed_by")), _negated=True
                        ),
                    ),
                    _connector="OR",
                ),
                name="appeal_settled_by_two",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appeal",
            trigger=pgtrigger.compiler.Trigger(
                name="appeal_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="f6db48a3dc96a4ce868a1288e7a16d4a2eec44f3",
                    operation="DELETE",
                    pgid="pgtrigger_appeal_stays_00fc5",
                    table="grants_appeal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appeal",
            trigger=pgtrigger.compiler.Trigger(
                name="appeal_is_as_lodged",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='RAISE EXCEPTION \'pgtrigger: Cannot update of "key", "channel", "by_party", "wanted", "reasons", "received_at", "sent_on" rows from % table\', TG_TABLE_NAME;',
                    hash="d7bc56ea81ca6e00383d9986d926c658c1db66d4",
                    operation='UPDATE OF "key", "channel", "by_party", "wanted", "reasons", "received_at", "sent_on"',
                    pgid="pgtrigger_appeal_is_as_lodged_8578f",
                    table="grants_appeal",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appealshortfall",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="appeal_shortfall_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="appealshortfall",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_of", ""), _negated=True),
                name="appeal_shortfall_names_a_source",
            ),
        ),
    ]
