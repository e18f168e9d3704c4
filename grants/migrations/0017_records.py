import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import grants.models.access


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("files", "0003_scanner_outage"),
        ("grants", "0016_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicRecord",
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
                ("number", models.PositiveIntegerField(verbose_name="nummer i saken")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("application", "Søknad om tilskudd"),
                            ("amended", "Endret søknad om tilskudd"),
                            ("late", "Begrunnelse for søknad etter fristen"),
                            ("request", "Spørsmål til søkeren"),
                            ("answer", "Svar fra søkeren"),
                            ("message_in", "Melding til saksbehandleren"),
                            ("message_out", "Melding til søkeren"),
                            ("withdrawal", "Søknaden er trukket"),
                            ("decision", "Vedtak om tilskudd"),
                            ("interim_reply", "Foreløpig svar"),
                            ("hearing", "Opplysninger til uttalelse"),
                            ("reasons", "Begrunnelse for vedtak"),
                            ("appeal", "Klage på vedtak"),
                            ("appeal_received", "Klagen er mottatt"),
                            ("appeal_forwarded", "Klagen er sendt videre"),
                            ("appeal_outcome", "Avgjørelse av klage"),
                            ("other", "Dokument i saken"),
                        ],
                        max_length=20,
                        verbose_name="slag",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "inn"), ("out", "ut"), ("internal", "internt")],
                        max_length=10,
                        verbose_name="retning",
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="tittel")),
                (
                    "public_title",
                    models.CharField(
                        help_text="Uten navn på privatpersoner, numre og annet som er taushetsbelagt.",
                        max_length=300,
                        verbose_name="tittel som alle ser",
                    ),
                ),
                (
                    "party",
                    models.CharField(
                        max_length=200, verbose_name="avsender eller mottaker"
                    ),
                ),
                (
                    "party_kind",
                    models.CharField(
                        choices=[
                            ("organisation", "lag, forening eller annen organisasjon"),
                            ("group", "gruppe uten organisasjonsnummer"),
                            ("person", "privatperson"),
                        ],
                        max_length=20,
                        verbose_name="hva slags avsender eller mottaker",
                    ),
                ),
                (
                    "public_party",
                    models.CharField(
                        blank=True,
                        help_text="Tomt for privatpersoner: De vises som «Privatperson».",
                        max_length=200,
                        verbose_name="avsender eller mottaker som alle ser",
                    ),
                ),
                ("dated_on", models.DateField(verbose_name="dokumentets dato")),
                (
                    "exchanged_on",
                    models.DateField(null=True, verbose_name="mottatt eller sendt"),
                ),
                ("registered_at", models.DateTimeField(verbose_name="registrert")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "alle"),
                            ("party", "de som er part i saken"),
                            ("internal", "bare kommunen"),
                        ],
                        max_length=10,
                        verbose_name="hvem kan lese dokumentet",
                    ),
                ),
                (
                    "legal_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "personal",
                                "offentleglova § 13, jf. forvaltningsloven § 13 nr. 1 (personlige forhold)",
                            ),
                            (
                                "business",
                                "offentleglova § 13, jf. forvaltningsloven § 13 nr. 2 (drift og forretning)",
                            ),
                            (
                                "internal",
                                "offentleglova § 14 (dokument laget for egen bruk)",
                            ),
                            ("outside", "offentleglova § 15 (råd hentet inn utenfra)"),
                            (
                                "negotiation",
                                "offentleglova § 23 (kommunens forhandlinger)",
                            ),
                            ("control", "offentleglova § 24 (kontroll og lovbrudd)"),
                            ("birth_number", "offentleglova § 26 (fødselsnummer)"),
                            (
                                "party_internal",
                                "forvaltningsloven § 18 a (laget for kommunens egen forberedelse)",
                            ),
                            (
                                "party_outside",
                                "forvaltningsloven § 18 b (råd hentet inn utenfra)",
                            ),
                            (
                                "party_others",
                                "forvaltningsloven § 19 (opplysninger om andre)",
                            ),
                        ],
                        max_length=20,
                        verbose_name="hjemmel for å skjerme",
                    ),
                ),
                ("document_id", models.BigIntegerField(null=True)),
                ("written_at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="hvorfor det rettes"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="grants.application",
                    ),
                ),
                (
                    "document_type",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "journalpost",
                "verbose_name_plural": "journalposter",
                "ordering": ["application", "number", "version"],
            },
        ),
        migrations.CreateModel(
            name="AccessRequest",
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
                    models.CharField(
                        default=grants.models.access.access_key,
                        max_length=40,
                        unique=True,
                    ),
                ),
                (
                    "wanted",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="hva vil du se?"
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, max_length=120, verbose_name="navn"),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="e-post"
                    ),
                ),
                ("language", models.CharField(default="nb", max_length=2)),
                ("received_at", models.DateTimeField(verbose_name="mottatt")),
                (
                    "is_odd",
                    models.BooleanField(
                        default=False,
                        help_text="Filled in as a machine does. Treated like any other.",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "innsyn gitt"),
                            ("partly", "innsyn i en del"),
                            ("refused", "innsyn avslått"),
                        ],
                        max_length=10,
                        verbose_name="svar",
                    ),
                ),
                (
                    "legal_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "personal",
                                "offentleglova § 13, jf. forvaltningsloven § 13 nr. 1 (personlige forhold)",
                            ),
                            (
                                "business",
                                "offentleglova § 13, jf. forvaltningsloven § 13 nr. 2 (drift og forretning)",
                            ),
                            (
                                "internal",
                                "offentleglova § 14 (dokument laget for egen bruk)",
                            ),
                            ("outside", "offentleglova § 15 (råd hentet inn utenfra)"),
                            (
                                "negotiation",
                                "offentleglova § 23 (kommunens forhandlinger)",
                            ),
                            ("control", "offentleglova § 24 (kontroll og lovbrudd)"),
                            ("birth_number", "offentleglova § 26 (fødselsnummer)"),
                            (
                                "party_internal",
                                "forvaltningsloven § 18 a (laget for kommunens egen forberedelse)",
                            ),
                            (
                                "party_outside",
                                "forvaltningsloven § 18 b (råd hentet inn utenfra)",
                            ),
                            (
                                "party_others",
                                "forvaltningsloven § 19 (opplysninger om andre)",
                            ),
                        ],
                        max_length=20,
                        verbose_name="hjemmel",
                    ),
                ),
                (
                    "reply",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="svaret"
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
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
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "party_case",
                    models.ForeignKey(
                        help_text="The case, when one who is a party in it asks.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="party_requests",
                        to="grants.application",
                    ),
                ),
                (
                    "records",
                    models.ManyToManyField(
                        blank=True,
                        related_name="access_requests",
                        to="grants.publicrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "innsynskrav",
                "verbose_name_plural": "innsynskrav",
                "ordering": ["received_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RedactedCopy",
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
                ("made_at", models.DateTimeField()),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redacted_copy",
                        to="files.storedfile",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "original",
                    models.ForeignKey(
                        help_text="None when the document is a text in the portal, not a file.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redacted_copies",
                        to="files.storedfile",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redacted_copies",
                        to="grants.publicrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "sladdet kopi",
                "verbose_name_plural": "sladdede kopier",
                "ordering": ["record", "made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Redaction",
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
                ("where", models.CharField(max_length=200, verbose_name="hva og hvor")),
                (
                    "legal_basis",
                    models.CharField(
                        choices=[
                            (
                                "personal",
                                "offentleglova § 13, jf. forvaltningsloven § 13 nr. 1 (personlige forhold)",
                            ),
                            (
                                "business",
                                "offentleglova § 13, jf. forvaltningsloven § 13 nr. 2 (drift og forretning)",
                            ),
                            (
                                "internal",
                                "offentleglova § 14 (dokument laget for egen bruk)",
                            ),
                            ("outside", "offentleglova § 15 (råd hentet inn utenfra)"),
                            (
                                "negotiation",
                                "offentleglova § 23 (kommunens forhandlinger)",
                            ),
                            ("control", "offentleglova § 24 (kontroll og lovbrudd)"),
                            ("birth_number", "offentleglova § 26 (fødselsnummer)"),
                            (
                                "party_internal",
                                "forvaltningsloven § 18 a (laget for kommunens egen forberedelse)",
                            ),
                            (
                                "party_outside",
                                "forvaltningsloven § 18 b (råd hentet inn utenfra)",
                            ),
                            (
                                "party_others",
                                "forvaltningsloven § 19 (opplysninger om andre)",
                            ),
                        ],
                        max_length=20,
                        verbose_name="hjemmel",
                    ),
                ),
                (
                    "copy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="grants.redactedcopy",
                    ),
                ),
            ],
            options={
                "verbose_name": "sladding",
                "verbose_name_plural": "sladdinger",
                "ordering": ["copy", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AccessFile",
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="grants.accessrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["request", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "file"), name="access_file_given_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InternalNote",
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
                ("text", models.TextField(max_length=4000, verbose_name="notat")),
                ("written_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
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
                "verbose_name": "internt notat",
                "verbose_name_plural": "interne notater",
                "ordering": ["application", "written_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="internal_note_says_something",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internalnote",
            trigger=pgtrigger.compiler.Trigger(
                name="internal_note_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0d65534ea6d64854bd6c121848547887996fe8a2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_internal_note_is_append_only_31604",
                    table="grants_internalnote",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="publicrecord",
            index=models.Index(
                fields=["-registered_at", "-id"], name="grants_publ_registe_977a01_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="publicrecord",
            index=models.Index(
                fields=["document_type", "document_id"],
                name="grants_publ_documen_dfeebd_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrecord",
            constraint=models.UniqueConstraint(
                fields=("application", "number", "version"),
                name="public_record_one_of_each_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "public"), ("legal_basis", "")),
                    models.Q(
                        models.Q(("audience", "public"), _negated=True),
                        models.Q(("legal_basis", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="public_record_closed_by_law",
                violation_error_message="Velg hjemmel når dokumentet ikke er for alle.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("party_kind", "person"), _negated=True),
                    ("public_party", ""),
                    _connector="OR",
                ),
                name="public_record_names_no_person",
                violation_error_message="En privatperson nevnes ikke ved navn.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("version", 1),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="public_record_correction_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "internal"), ("exchanged_on", None)),
                    models.Q(
                        models.Q(("direction", "internal"), _negated=True),
                        ("exchanged_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="public_record_exchanged_fits_direction",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publicrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="public_record_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6b7857af5ae49815b1de928452898b772c8d981b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_public_record_is_append_only_6a69d",
                    table="grants_publicrecord",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at", None), ("answered_by", None), ("outcome", "")
                    ),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="access_request_answer_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("legal_basis", ""), ("outcome__in", ["", "granted"])),
                    models.Q(
                        ("outcome__in", ["partly", "refused"]),
                        models.Q(("legal_basis", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="access_request_closed_by_law",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_by", None), ("party_case", None)),
                    models.Q(
                        ("asked_by__isnull", False), ("party_case__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="access_request_party_has_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="redactedcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("original", None),
                    models.Q(("original", models.F("file")), _negated=True),
                    _connector="OR",
                ),
                name="redacted_copy_is_not_its_original",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="redactedcopy",
            trigger=pgtrigger.compiler.Trigger(
                name="redacted_copy_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="92b35f24f6f8f7157f3f3715abf2044ac30d7528",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_redacted_copy_is_append_only_103f9",
                    table="grants_redactedcopy",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="redaction",
            trigger=pgtrigger.compiler.Trigger(
                name="redaction_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ac6d1fcbf3809649c8326549028f3d49864facf1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_redaction_is_append_only_b3fe3",
                    table="grants_redaction",
                    when="BEFORE",
                ),
            ),
        ),
    ]
