"""What this app's acts are called in the journal."""

from omradesatsing.journal.wording import tell

tell(
    {
        "comment_received": "En tilbakemelding om et sted kom inn",
        "comment_answered": "Tilbakemeldingen ble besvart",
    }
)
