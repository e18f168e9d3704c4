"""What journal entries say, in words. Each app tells the words of its own verbs."""

WORDS: dict[str, str] = {}


def tell(words):
    """Add words: {verb: text}. A text may name facts of the entry, as `{version}`."""
    WORDS.update(words)


def journal_words(entry):
    """What was done, in words; an entry that has none yet shows its code."""
    words = words_of(entry.verb)
    return words.format(**entry.facts) if "{" in words else words


def words_of(verb):
    return WORDS.get(verb, verb.replace("_", " "))
