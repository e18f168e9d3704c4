from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grants", "0020_question_max_words")]

    operations = [
        migrations.AddConstraint(
            model_name="requiredattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_amount__gt", 15000)),
                name="required_attachment_spares_the_small",
                violation_error_message="Søknader om 15 000 kr eller mindre skal ikke "
                "trenge vedlegg. Skriv et høyere beløp.",
            ),
        ),
    ]
