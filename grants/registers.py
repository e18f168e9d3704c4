"""What the public registers say of an organisation, by its number.

Enhetsregisteret and Frivillighetsregisteret at Brønnøysundregistrene, by their open
API (https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html): no key,
no personal data but the names in `roles`. Call it outside transactions: an answer may
take some seconds, and `Organisation.take_answer` is what stores it.
"""

import http.client
import json
import logging
import time
from dataclasses import dataclass
from datetime import date
from enum import Enum
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

UNITS = "/enhetsregisteret/api/enheter/{}"
SUBUNITS = "/enhetsregisteret/api/underenheter/{}"
ROLES = "/enhetsregisteret/api/enheter/{}/roller"
VOLUNTARY = "/frivillighetsregisteret/api/frivillige-organisasjoner/{}"

TIMEOUT = 2  # seconds, for one request, from connecting to the last byte
MOST_BYTES = 1_000_000  # an organisation is two thousand; a long list of roles more
KEPT_FOR = 15 * 60  # seconds that an answer may be used again
# After silence nobody is made to wait for it again, for so many seconds.
SILENT_FOR = 30
SILENT = "registers:silent"

logger = logging.getLogger(__name__)


class Answer(Enum):
    FOUND = "found"
    DELETED = "deleted"
    BANKRUPT = "bankrupt"
    DISSOLVING = "dissolving"
    UNKNOWN = "unknown"  # no such number
    GONE = "gone"  # taken out of the open data
    UNANSWERED = "unanswered"  # silent, slow, out of order, or not to be asked


@dataclass(frozen=True)
class Entry:
    """What the registers answered about one number. Empty where they say nothing.

    `parent` is the number of the organisation that a subunit belongs to.
    """

    orgnr: str
    answer: Answer
    name: str = ""
    form: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    parent: str = ""
    in_voluntary_register: bool | None = None
    deleted_on: date | None = None

    @property
    def is_answered(self):
        return self.answer is not Answer.UNANSWERED

    @property
    def is_in_order(self):
        return self.answer is Answer.FOUND and not self.parent


@dataclass(frozen=True)
class Role:
    """A role that someone has today: its code (`LEDE`, `DAGL` …), words and name."""

    code: str
    title: str
    name: str
    orgnr: str = ""


class Unanswered(Exception):
    """The register is silent, or says something that cannot be read."""


def are_asked():
    """Whether there is a register to ask at all."""
    return bool(settings.REGISTER_URL)


def find(orgnr):
    """The `Entry` of an organisation number that has been checked by `numbers.orgnr`.

    Never raises: registers out of order are an answer too. What was answered a moment
    ago is not asked for again, and neither is a register that just was silent.
    """
    if not are_asked() or cache.get(SILENT):
        return Entry(orgnr, Answer.UNANSWERED)
    key = f"registers:{settings.REGISTER_URL}:{orgnr}"
    known = cache.get(key)
    if known is not None:
        return known
    try:
        entry = _find(orgnr)
    except Unanswered as reason:
        logger.warning("Enhetsregisteret did not answer: %s", reason)
        cache.set(SILENT, True, SILENT_FOR)
        return Entry(orgnr, Answer.UNANSWERED)
    cache.set(key, entry, KEPT_FOR)
    return entry


def roles(orgnr):
    """Who has which role today; None when the register does not answer.

    Dates of birth are in the answer, and are not read.
    """
    if not are_asked():
        return None
    try:
        status, found = _get(ROLES.format(orgnr))
        if status == 404:
            return []
        return list(_roles(found)) if status == 200 else None
    except (Unanswered, KeyError, TypeError, AttributeError) as reason:
        logger.warning("Enhetsregisteret did not answer: %s", reason)
        return None


def read_unit(orgnr, status, found):
    """An `Entry` from an answer about a unit or subunit: HTTP status and JSON."""
    if status == 404:
        return Entry(orgnr, Answer.UNKNOWN)
    if status == 410:
        return Entry(orgnr, Answer.GONE, deleted_on=_date(found.get("slettedato")))
    if status != 200 or found.get("organisasjonsnummer") != orgnr:
        raise Unanswered(f"{status} without the organisation")
    deleted_on = _date(found.get("slettedato"))
    place = (
        found.get("postadresse")
        or found.get("forretningsadresse")
        or found.get("beliggenhetsadresse")
        or {}
    )
    return Entry(
        orgnr,
        _answer(found, deleted_on),
        name=_text(found.get("navn"), 200),
        form=_text((found.get("organisasjonsform") or {}).get("beskrivelse"), 80),
        address=_text(", ".join(filter(None, place.get("adresse") or [])), 200),
        postal_code=_text(place.get("postnummer"), 4),
        city=_text(place.get("poststed"), 80),
        parent=_text(found.get("overordnetEnhet"), 9)
        if found.get("respons_klasse") == "Underenhet" or "beliggenhetsadresse" in found
        else "",
        in_voluntary_register=found.get("registrertIFrivillighetsregisteret"),
        deleted_on=deleted_on,
    )


def read_voluntary(status, found):
    """Whether an organisation is in Frivillighetsregisteret, from its answer."""
    if status in {404, 410}:
        return False
    if status != 200:
        raise Unanswered(f"{status} from Frivillighetsregisteret")
    kind = _text(found.get("frivilligOrganisasjonsstatus"), 80)
    return kind.removeprefix("frivilligOrganisasjonsstatus.") in {"", "innfoert"}


def _find(orgnr):
    try:
        entry = read_unit(orgnr, *_get(UNITS.format(orgnr)))
        if entry.answer is Answer.UNKNOWN:
            entry = read_unit(orgnr, *_get(SUBUNITS.format(orgnr)))
    except (TypeError, AttributeError) as error:
        raise Unanswered("JSON of another shape") from error
    if entry.answer in {Answer.UNKNOWN, Answer.GONE} or entry.parent:
        return entry
    try:
        voluntary = read_voluntary(*_get(VOLUNTARY.format(orgnr)))
    except (Unanswered, TypeError, AttributeError) as reason:
        # Enhetsregisteret has said it as well, if at times a day late.
        logger.warning("Frivillighetsregisteret did not answer: %s", reason)
        return entry
    return Entry(**(entry.__dict__ | {"in_voluntary_register": voluntary}))


def _answer(found, deleted_on):
    if deleted_on or found.get("respons_klasse") in {
        "SlettetEnhet",
        "SlettetUnderenhet",
    }:
        return Answer.DELETED
    if found.get("konkurs"):
        return Answer.BANKRUPT
    if found.get("underAvvikling") or found.get(
        "underTvangsavviklingEllerTvangsopplosning"
    ):
        return Answer.DISSOLVING
    return Answer.FOUND


def _roles(found):
    for group in found["rollegrupper"]:
        for role in group["roller"]:
            if role.get("fratraadt") or role.get("avregistrert"):
                continue
            kind = role["type"]
            person, unit = role.get("person"), role.get("enhet") or {}
            parts = person["navn"] if person else {}
            names = (parts.get(part) for part in ("fornavn", "mellomnavn", "etternavn"))
            yield Role(
                code=kind["kode"],
                title=kind["beskrivelse"],
                name=" ".join(filter(None, names if person else unit.get("navn", []))),
                orgnr=unit.get("organisasjonsnummer", ""),
            )


def _get(path):
    """The status and JSON of an answer; asks once more if refused or out of order."""
    try:
        status, found = _ask(path)
        if status < 500:
            return status, found
    except TimeoutError as error:
        # Asking once more would double the wait of someone who sits at a page.
        raise Unanswered(f"no answer in {TIMEOUT} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        logger.info("Enhetsregisteret is asked once more: %s", error)
    try:
        status, found = _ask(path)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unanswered(str(error)) from error
    if status >= 500:
        raise Unanswered(f"status {status}")
    return status, found


def _ask(path):
    """One request. Redirects are not followed: they are answers without a meaning."""
    base = urlsplit(settings.REGISTER_URL)
    kinds = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
    connection = kinds[base.scheme](base.netloc, timeout=TIMEOUT)
    ends = time.monotonic() + TIMEOUT
    try:
        headers = {"Accept": "application/json", "User-Agent": "omradesatsing-portal"}
        connection.request("GET", base.path.rstrip("/") + path, headers=headers)
        response = connection.getresponse()
        body = b""
        while part := response.read1(65_536):
            body += part
            if len(body) > MOST_BYTES:
                raise ValueError("the answer is too long")
            if time.monotonic() > ends:
                raise TimeoutError
    finally:
        connection.close()
    if response.status in {200, 410} and body:
        return response.status, json.loads(body)
    return response.status, {}


def _text(value, longest):
    return str(value or "")[:longest]


def _date(value):
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
