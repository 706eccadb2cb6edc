"""Headings and the text below them, from reStructuredText, Markdown and wiki pages."""

import re

UNDERLINE = re.compile(r"([=\-~^\"'`*+#.:_<>])\1{2,}\s*$")
NUMBERED = re.compile(r"^(\d+(\.\d+)*\.?|chapter \d+:?|appendix [a-z]:?)\s+", re.IGNORECASE)
# Directives whose body is prose; of all others it is code, options or a picture.
PROSE = {"note", "tip", "hint", "important", "warning", "caution", "attention", "seealso", "admonition", "versionadded"}
INLINE = [
    (re.compile(r"<!--.*?-->|<[^<>\n]{1,200}>\x60_+"), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[(?:wiki:)?[\w#/.:]+ ([^\]]+)\]"), r"\1"),
    (re.compile(r":[\w:+-]+:`~?!?([^`<]+?)(?:\s*<[^>]*>)?`"), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<[^>]*>`_{0,2}"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]{0,200}>"), " "),
    (re.compile(r"https?://\S+"), " "),
    (re.compile(r"``?([^`]*)``?_{0,2}"), r"\1"),
    (re.compile(r"\*\*?([^*]+)\*\*?"), r"\1"),
    (re.compile(r"'''?([^']+)'''?"), r"\1"),
    (re.compile(r"\|([\w -]+)\|_?"), r"\1"),
    (re.compile(r"\{[#:%][^}]*\}|\[\[[^\]]*\]\]"), " "),
    (re.compile(r"\s+"), " "),
]


def plain(text):
    """Returns a text without inline markup, on one line."""
    for pattern, replacement in INLINE:
        text = pattern.sub(replacement, text)
    return text.strip()


def sections(text):
    """Yields (heading, paragraphs) in the order of the page; what comes before the first heading has none."""
    heading, paragraphs = "", []
    for block in blocks(text):
        found = heading_of(block)
        if found is None:
            paragraphs.append(plain(" ".join(block)))
            continue
        yield heading, paragraphs
        heading, rest = found
        heading = NUMBERED.sub("", plain(heading)).strip(" :¶#")
        paragraphs = [plain(" ".join(rest))] if rest else []
    yield heading, paragraphs


def heading_of(block):
    """Returns (heading, lines below it) when a block of lines starts with a heading."""
    first = block[0].strip()
    if len(block) >= 3 and UNDERLINE.match(block[0]) and UNDERLINE.match(block[2]):
        return block[1], block[3:]
    is_underlined = len(block) >= 2 and UNDERLINE.match(block[1]) and not UNDERLINE.match(first)
    if is_underlined and len(block[1].strip()) >= min(len(first), 4):
        return first, block[2:]
    marked = re.match(r"#{1,6}\s+(.+?)\s*#*$", first) or re.match(r"={1,6}\s+(.+?)\s+={1,6}", first)
    return (marked.group(1), block[1:]) if marked else None


def blocks(text):
    """Yields the blocks of lines between empty lines that are prose or headings."""
    block, fence, hidden = [], None, None
    for line in text.expandtabs().splitlines() + [""]:
        bare = line.strip()
        if fence:
            fence = None if bare.startswith(fence) else fence
            continue
        if bare.startswith(("```", "~~~", "{{{")):
            fence = "}}}" if bare.startswith("{{{") else bare[:3]
            continue
        indent = len(line) - len(line.lstrip())
        if hidden is not None:
            if not bare or indent > hidden:
                continue
            hidden = None
        if bare.startswith(".."):
            directive = re.match(r"\.\.\s+([\w-]+)::", bare)
            if not directive or directive.group(1) not in PROSE:
                hidden = indent
            bare = ""
        elif bare.endswith("::") and not UNDERLINE.match(bare):
            # Code follows, deeper than this line.
            block.append(bare[:-1])
            hidden, bare = indent, ""
        if bare.startswith((">>>", "$ ", "|", "+-", ":")) or re.match(r"\.\. ", bare):
            bare = ""
        if bare:
            block.append(re.sub(r"^([*+-]|\d+[.)])\s+", "", bare))
        elif block:
            yield block
            block = []
