"""The journal as staff read it: every act has words."""

import ast
from pathlib import Path

from django.conf import settings

from grants.casework.wording import journal_words
from grants.models.states import STEPS
from omradesatsing.journal.models import JournalEntry
from omradesatsing.journal.wording import WORDS

APPS = ["areas", "coordinators", "grants", "omradesatsing"]


def strings_in(node):
    """The texts that an expression may give: of a choice, both, never the condition."""
    if isinstance(node, ast.IfExp):
        return strings_in(node.body) | strings_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) else set()


def verbs_in(function):
    """What a function records, a name being what the function itself has put in it."""
    assigned = {
        target.id: strings_in(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    # `Application._step` is told which verb it is.
    assigned.setdefault("verb", set(STEPS) if function.name == "_step" else set())
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        if ast.unparse(node.func) != "JournalEntry.record":
            continue
        verb = node.args[0]
        found = assigned[verb.id] if isinstance(verb, ast.Name) else strings_in(verb)
        assert found, f"{function.name}: cannot read {ast.unparse(verb)}"
        yield from found


def recorded_verbs():
    root = Path(settings.BASE_DIR)
    return {
        verb
        for app in APPS
        for path in (root / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for verb in verbs_in(node)
    }


def test_everything_that_is_recorded_has_words():
    recorded = recorded_verbs()

    assert {"submit", "message_sent", "join_refused"} < recorded
    assert recorded - set(WORDS) == set()


def test_a_sent_version_is_told_with_its_number():
    entry = JournalEntry(verb="version_sent", facts={"version": 2})

    assert journal_words(entry) == "Versjon 2 ble sendt"
