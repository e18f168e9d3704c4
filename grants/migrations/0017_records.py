from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grants", "0016_appeals")]

    operations = []
