from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grants", "0009_imported_awards")]

    operations = [
        migrations.RemoveConstraint(
            model_name="recommendation",
            name="recommendation_one_stands",
        ),
        migrations.AddField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("first", "vedtak"),
                    ("correction", "retting"),
                    ("reversal", "omgjøring"),
                    ("appeal", "vedtak i klagesak"),
                ],
                default="first",
                max_length=10,
                verbose_name="slag",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="kind",
            field=models.CharField(
                choices=[
                    ("decision", "vedtak"),
                    ("interim_reply", "foreløpig svar"),
                    ("hearing", "opplysninger du kan uttale deg om"),
                    ("reasons", "begrunnelse"),
                    ("appeal_received", "klagen er mottatt"),
                    ("appeal_forwarded", "klagen er sendt videre"),
                    ("appeal_outcome", "svar på klagen"),
                ],
                default="decision",
                max_length=20,
                verbose_name="slag",
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("first", "vedtak"),
                    ("correction", "retting"),
                    ("reversal", "omgjøring"),
                    ("appeal", "vedtak i klagesak"),
                ],
                default="first",
                help_text="Anything but the first proposes a new decision in a decided case.",
                max_length=10,
                verbose_name="slag",
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="settled_at",
            field=models.DateTimeField(
                editable=False, help_text="When it was decided upon.", null=True
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="what_changed",
            field=models.TextField(
                blank=True, max_length=2000, verbose_name="hva som er endret"
            ),
        ),
        migrations.AlterField(
            model_name="award",
            name="state",
            field=models.CharField(
                choices=[
                    ("offered", "tilbudt"),
                    ("accepted", "akseptert"),
                    ("declined", "takket nei"),
                    ("lapsed", "falt bort"),
                ],
                default="offered",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        # Those that a decision was made on are settled.
        migrations.RunSQL(
            """
            UPDATE grants_recommendation SET settled_at = decided.decided_at
            FROM grants_decision decided
            WHERE decided.recommendation_id = grants_recommendation.id
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "first"), ("version", 1)),
                    models.Q(
                        ("version__gt", 1), models.Q(("kind", "first"), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="decision_kind_fits_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sent_back_at", None), ("settled_at", None)),
                fields=("application",),
                name="recommendation_one_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "first"),
                    models.Q(("what_changed", ""), _negated=True),
                    _connector="OR",
                ),
                name="recommendation_of_a_change_says_what",
            ),
        ),
    ]
