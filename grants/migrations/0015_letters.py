from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grants", "0014_plans")]

    operations = []
