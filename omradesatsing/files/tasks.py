"""What the worker does with files. Each job may run twice without harm."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from omradesatsing.files import scanner
from omradesatsing.files.models import ScannerOutage, StoredFile


@app.task(
    name="files.scan",
    queue="files",
    retry=RetryStrategy(
        max_attempts=6,
        exponential_wait=4,
        retry_exceptions=[scanner.ScannerDown],
    ),
)
def scan(file_id):
    """Have one file checked, unless it has been."""
    file = StoredFile.objects.unchecked().filter(pk=file_id).first()
    if file is not None:
        file.scan_with(timeout=scanner.PATIENT)
    ScannerOutage.end_when_all_are_checked()


@app.periodic(cron="*/2 * * * *")
@app.task(name="files.scan_waiting", queueing_lock="scan_waiting", queue="files")
def scan_waiting(timestamp):
    """Have checked what an outage left, and what came before there was a scanner."""
    if not scanner.is_configured():
        return
    try:
        for file in StoredFile.objects.unchecked().order_by("pk").iterator():
            file.scan_with(timeout=scanner.PATIENT)
    except scanner.ScannerDown:
        return  # told of by the first; the next round tries again
    ScannerOutage.end_when_all_are_checked()
