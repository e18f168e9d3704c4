from django.conf import settings
from hypothesis.configuration import storage_directory


def test_what_hypothesis_remembers_stands_with_what_is_not_the_projects():
    assert storage_directory().path == settings.VAR_DIR / "hypothesis"
