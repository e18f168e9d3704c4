"""What the worker does for coordinators. Each job may run twice without harm."""

from django.utils import timezone
from procrastinate.contrib.django import app

from coordinators.models.comments import forget_comments


@app.periodic(cron="52 4 * * *")
@app.task(name="coordinators.forget", queueing_lock="forget_comments", queue="notices")
def forget(timestamp):
    """Each night: what people wrote of places long ago."""
    forget_comments(timezone.now())
