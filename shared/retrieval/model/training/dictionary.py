"""WordNet as its package carries it: words with their definitions, and the sentences that show their use."""

import re
import tarfile

from texts import count, is_prose

DATA = re.compile(r"/wordnet/dict/data\.\w+$")
# More words than this are rarely one thing.
MOST_WORDS = 4
SHORTEST_DEFINITION = 3
SHORTEST_EXAMPLE = 4


def entries(archive, vocabulary):
    """Yields (words, definition, examples) of the senses that one of the most common words has."""
    with tarfile.open(archive) as opened:
        members = [member for member in opened.getmembers() if DATA.search(member.name)]
        for member in sorted(members, key=lambda member: member.name):
            for line in opened.extractfile(member).read().decode("latin-1").splitlines():
                if not line.startswith(" ") and "|" in line:
                    yield from entry(line, vocabulary)


def entry(line, vocabulary):
    fields, gloss = line.split("|", 1)
    fields = fields.split()
    names = [fields[4 + 2 * number] for number in range(int(fields[3], 16))]
    words = [re.sub(r"\(\w+\)$", "", name).replace("_", " ").lower() for name in names]
    if not any(word in vocabulary for word in words):
        return
    definition = gloss.split('"')[0].strip(" ;")
    examples = [example.strip() for example in re.findall(r'"([^"]+)"', gloss)]
    examples = [text for text in examples if count(text) >= SHORTEST_EXAMPLE and is_prose(text)]
    if count(definition) >= SHORTEST_DEFINITION and is_prose(definition):
        yield ", ".join(words[:MOST_WORDS]), definition, examples
