"""Training texts out of packages: headings with the passages below them, and the short texts of user interfaces."""

import json
import re
import tarfile
import zipfile

from markup import plain, sections

PAGES = (".rst", ".md", ".txt", ".asciidoc")
MESSAGES = re.compile(r"(locales?/(django|messages)\.pot|/en(_US)?/LC_MESSAGES/\w+\.po|components/\w+/strings\.json)$")
NO_FOLDER = (
    "tests?|testing|testdata|fixtures?|licen[cs]es?|changes|changelog|releases?|releasenotes|whatsnew|locale"
    "|node_modules|static|templates"
)
NO_WORD = "change|news|history|author|licen[cs]e|requirements|copying|third"
NO_PAGES = re.compile(rf"(^|/)({NO_FOLDER})(/|\.|$)|({NO_WORD})", re.IGNORECASE)
# Headings that say nothing without the title of their page.
GENERAL = set(
    "introduction overview description notes note example examples usage options summary name synopsis parameters "
    "configuration installation basics details background requirements setup features getting-started".split()
)
LONGEST_PASSAGE = 55
SHORTEST_PASSAGE = 12
MOST_PASSAGES = 3
WORD = re.compile(r"\w+")


def files(archive):
    """Yields (path, text) of the members of a wheel or sdist, in the order of their paths."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            for name in sorted(opened.namelist()):
                if is_wanted(name):
                    yield name, opened.read(name).decode("utf-8", "replace")
    else:
        with tarfile.open(archive) as opened:
            members = [member for member in opened.getmembers() if member.isfile() and is_wanted(member.name)]
            for member in sorted(members, key=lambda member: member.name):
                yield member.name, opened.extractfile(member).read().decode("utf-8", "replace")


def is_page(name):
    return (name.endswith(PAGES) or "/default-pages/" in name) and not NO_PAGES.search(name)


def is_wanted(name):
    return is_page(name) or bool(MESSAGES.search(name))


def pairs_of(text):
    """Yields (heading, passage) of a page."""
    title = ""
    for heading, paragraphs in sections(text):
        title = title or heading
        if not 1 <= count(heading) <= 20:
            continue
        if heading.lower() in GENERAL and heading != title:
            heading = f"{title}: {heading}"
        for passage in passages(paragraphs)[:MOST_PASSAGES]:
            yield heading, passage


def passages(paragraphs):
    """Returns whole sentences put together to passages of about the longest length."""
    found, now = [], ""
    for paragraph in paragraphs:
        for sentence in re.split(r"(?<=[.!?:])\s+(?=[A-Z0-9\"'(])", paragraph):
            if not is_prose(sentence):
                continue
            if now and count(now) + count(sentence) > LONGEST_PASSAGE:
                found.append(now)
                now = ""
            now = f"{now} {sentence}".strip()
    return [passage for passage in [*found, now] if count(passage) >= SHORTEST_PASSAGE]


def is_prose(text):
    letters = sum(character.isalpha() or character == " " for character in text)
    return letters >= 0.8 * len(text) and text.isascii()


def messages_of(name, text):
    """Yields the texts that a user interface shows."""
    if name.endswith(".json"):
        found = strings(json.loads(text))
    else:
        entries = re.findall(r'^msgid ((?:".*"\n)+)', text, re.MULTILINE)
        found = ("".join(map(quoted, entry.splitlines())) for entry in entries)
    for message in found:
        message = plain(re.sub(r"%\([^)]*\)[sd]|%[sd]|\{[^}]*\}|\[%key.*", " ", message).replace("\n", " "))
        if 3 <= count(message) <= 40 and is_prose(message):
            yield message


def quoted(line):
    """Returns what a quoted line says; a line with an escape that JSON does not know says nothing."""
    try:
        return json.loads(line)
    except ValueError:
        return ""


def strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def count(text):
    return len(WORD.findall(text))
