"""What the worker does for grants. Each job may run twice without harm."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from grants.letters.pdf import letter_pdf
from grants.models import Letter
from omradesatsing.accounts.actors import Actor
from omradesatsing.files.models import StoredFile


@app.task(
    name="grants.make_letter_pdf",
    queue="documents",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def make_letter_pdf(letter_id):
    """Make a letter's PDF and keep it with the letter, unless it has one.

    Of two at once the first to finish is kept, and the other's file is thrown away.
    """
    letter = Letter.objects.select_related("application").get(pk=letter_id)
    if letter.pdf_id:
        return
    data = letter_pdf(letter)
    number = letter.application.number.replace("/", "-")
    # On disk before the letter points at it: a crash leaves a spare file, never a
    # letter without one.
    file = StoredFile.keep(
        data,
        name=f"vedtak-{number}.pdf",
        content_type="application/pdf",
        by=Actor.system(),
        about=letter,
    )
    if not Letter.objects.filter(pk=letter_id, pdf=None).update(pdf=file):
        file.discard()
