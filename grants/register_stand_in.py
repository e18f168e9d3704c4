"""A register of made-up organisations, which answers as Brønnøysundregistrene do.

For `make demo` and the tests: real HTTP, the shapes of the documented API, no network.
The numbers are of the kind set aside for test data. Some organisations are there to be
out of order; three numbers make the register itself so.

    python -m grants.register_stand_in 8130
"""

import contextlib
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = re.compile(
    "/(?:enhetsregisteret/api/(?P<kind>enheter|underenheter)"
    "|frivillighetsregisteret/api/(?P<voluntary>frivillige-organisasjoner))"
    "/(?P<orgnr>[0-9]{9})(?P<roles>/roller)?"
)

# What each number shows.
ACTIVE = "310000019"
VOLUNTARY = "310000027"
HOUSING = "310000035"
DELETED = "310000043"
BANKRUPT = "310000051"
DISSOLVING = "310000078"
SUBUNIT = "310000086"
GONE = "310000094"
FAILING = "310000108"
SLOW = "310000116"
FLOODING = "310000124"
ELSEWHERE = "310000132"
NO_VOLUNTARY_ANSWER = "310000140"
UNKNOWN = "310000159"


def unit(orgnr, name, *, form, street="Eksempelveien 1", voluntary=False, **more):
    """An organisation as `enheter` shows it; `form` is its code and its words."""
    code, words = form
    place = {
        "land": "Norge",
        "landkode": "NO",
        "postnummer": "5003",
        "poststed": "BERGEN",
        "adresse": [street],
        "kommune": "BERGEN",
        "kommunenummer": "4601",
    }
    return {
        "organisasjonsnummer": orgnr,
        "navn": name,
        "organisasjonsform": {"kode": code, "beskrivelse": words},
        "registreringsdatoEnhetsregisteret": "2009-03-11",
        "registrertIMvaregisteret": False,
        "harRegistrertAntallAnsatte": False,
        "forretningsadresse": place,
        "stiftelsesdato": "2008-11-20",
        "registrertIForetaksregisteret": False,
        "registrertIStiftelsesregisteret": False,
        "registrertIFrivillighetsregisteret": voluntary,
        "konkurs": False,
        "underAvvikling": False,
        "underTvangsavviklingEllerTvangsopplosning": False,
        "maalform": "Bokmål",
        "respons_klasse": "Enhet",
    } | more


CLUB = ("FLI", "Forening/lag/innretning")
UNITS = {
    row["organisasjonsnummer"]: row
    for row in [
        unit(ACTIVE, "EKSEMPEL VELFORENING", form=CLUB),
        unit(
            VOLUNTARY,
            "EKSEMPEL SKOLEKORPS",
            form=CLUB,
            street="Eksempelgata 12",
            voluntary=True,
        ),
        unit(HOUSING, "EKSEMPEL BORETTSLAG", form=("BRL", "Borettslag")),
        {
            "organisasjonsnummer": DELETED,
            "navn": "EKSEMPEL NEDLAGTE LAG",
            "organisasjonsform": {"kode": CLUB[0], "beskrivelse": CLUB[1]},
            "slettedato": "2025-06-30",
            "respons_klasse": "SlettetEnhet",
        },
        unit(
            BANKRUPT,
            "EKSEMPEL KAFÉ AS",
            form=("AS", "Aksjeselskap"),
            konkurs=True,
            konkursdato="2026-02-03",
        ),
        unit(DISSOLVING, "EKSEMPEL HOBBYKLUBB", form=CLUB, underAvvikling=True),
        unit(NO_VOLUNTARY_ANSWER, "EKSEMPEL SANGKOR", form=CLUB, voluntary=True),
    ]
}
SUBUNITS = {
    SUBUNIT: {
        "organisasjonsnummer": SUBUNIT,
        "navn": "EKSEMPEL BORETTSLAG AVD GRENDEHUSET",
        "organisasjonsform": {"kode": "BEDR", "beskrivelse": "Underenhet"},
        "registreringsdatoEnhetsregisteret": "2012-05-02",
        "overordnetEnhet": HOUSING,
        "beliggenhetsadresse": UNITS[HOUSING]["forretningsadresse"],
        "respons_klasse": "Underenhet",
    }
}
VOLUNTARIES = {
    VOLUNTARY: {
        "organisasjonsnummer": VOLUNTARY,
        "frivilligOrganisasjonsstatus": "frivilligOrganisasjonsstatus.innfoert",
        "innfoertDato": "2010-04-15",
        "foersteGangInnfoert": "2010-04-15",
        "grasrotandel": {"deltarI": True},
        "icnpoKategorier": [
            {
                "icnpoNummer": "1100",
                "kategori": "ICNPOKategori.kulturOgKunst",
                "rekkefoelge": 1,
            }
        ],
    }
}


def role(code, words, first, last, **more):
    return {
        "type": {"kode": code, "beskrivelse": words},
        "person": {
            "fodselsdato": "1980-01-01",
            "navn": {"fornavn": first, "etternavn": last},
            "erDoed": False,
        },
        "fratraadt": False,
        "rekkefolge": 0,
    } | more


ROLES = {
    ACTIVE: {
        "rollegrupper": [
            {
                "type": {"kode": "STYR", "beskrivelse": "Styre"},
                "sistEndret": "2026-03-01",
                "roller": [
                    role("LEDE", "Styrets leder", "Stine", "Eksempel"),
                    role("MEDL", "Styremedlem", "Petter", "Eksempel", fratraadt=True),
                ],
            },
            {
                "type": {"kode": "REGN", "beskrivelse": "Regnskapsfører"},
                "sistEndret": "2026-03-01",
                "roller": [
                    {
                        "type": {"kode": "REGN", "beskrivelse": "Regnskapsfører"},
                        "enhet": {
                            "organisasjonsnummer": HOUSING,
                            "navn": ["EKSEMPEL", "BORETTSLAG"],
                        },
                        "fratraadt": False,
                    }
                ],
            },
        ]
    }
}
NOT_FOUND = {"status": 404, "error": "Not Found"}


def answer(path):
    """The status and JSON for an address."""
    found = ADDRESS.fullmatch(path)
    if found is None:
        return 404, NOT_FOUND
    orgnr = found["orgnr"]
    if orgnr == FAILING:
        return 500, {"status": 500, "error": "Internal Server Error"}
    if found["voluntary"]:
        if orgnr == NO_VOLUNTARY_ANSWER:
            return 503, {"status": 503}
        rows = VOLUNTARIES
    elif found["roles"]:
        rows = ROLES
    else:
        rows = UNITS if found["kind"] == "enheter" else SUBUNITS
    if orgnr == GONE and found["kind"] == "enheter":
        return 410, {"organisasjonsnummer": orgnr, "slettedato": "2026-01-15"}
    if orgnr in rows:
        return 200, rows[orgnr]
    return 404, NOT_FOUND


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.endswith(f"/{SLOW}"):
            # Longer than anybody waits; a test that is over does not wait for it.
            self.server.closing.wait(20)
        if self.path.endswith(f"/{ELSEWHERE}"):
            self.send_response(302)
            self.send_header("Location", f"/enhetsregisteret/api/enheter/{ACTIVE}")
            self.end_headers()
            return
        status, found = answer(self.path)
        body = json.dumps(found).encode()
        if self.path.endswith(f"/{FLOODING}"):
            status, body = 200, b" " * 3_000_000
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Say nothing: the demo's window is for e-mail."""


class Register(ThreadingHTTPServer):
    """`asked` are the addresses it was asked for, in order."""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.asked = []
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """One who would not wait is no error of ours."""

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.closing.set()
        self.shutdown()
        self.server_close()


def main():
    with contextlib.suppress(KeyboardInterrupt):
        Register(int(sys.argv[1])).serve_forever()


if __name__ == "__main__":
    main()
