from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grants", "0009_imported_awards")]

    operations = []
