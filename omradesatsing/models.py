from django.db import models


class LoadedRow(models.Model):
    """What `load_programme` last wrote into one row, field by field.

    A field that no longer holds the loaded value was edited by hand and is left alone.
    """

    model = models.CharField(max_length=80, help_text="app_label.model")
    key = models.CharField(max_length=300, help_text="The row's key in its file.")
    object_id = models.BigIntegerField()
    values = models.JSONField(help_text="Field name to the value last loaded.")
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "key"], name="loaded_row_once")
        ]

    def __str__(self):
        return f"{self.model} {self.key}"
