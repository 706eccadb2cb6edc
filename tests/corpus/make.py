#!/usr/bin/env python3
"""Makes the files of this folder with ordinary tools. Run once, by hand; what it makes is committed.

Needs the packages of requirements.txt, and soffice (Writer, Calc), pandoc, chromium and the DejaVu fonts on the path.
"""
import subprocess
import tempfile
from pathlib import Path

import make_office
import make_pdf
import make_text

HERE = Path(__file__).parent


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def soffice(source, to, name):
    """Has LibreOffice convert a file."""
    with tempfile.TemporaryDirectory() as folder:
        run("soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", to, "--outdir", folder, source)
        made = next(Path(folder).glob(f"*.{to.split(':')[0]}"))
        (HERE / name).write_bytes(made.read_bytes())


def chromium(source, name):
    """Has Chromium print a page."""
    run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--print-to-pdf={HERE / name}", source.as_uri())


def main():
    make_text.make(HERE)
    make_office.make(HERE)
    make_pdf.make(HERE)
    run("pandoc", str(HERE / "guide.md"), "-o", str(HERE / "pandoc.docx"))
    run("pandoc", "-s", str(HERE / "guide.md"), "-o", str(HERE / "pandoc.html"))
    soffice(HERE / "manual.docx", "pdf", "libreoffice-manual.pdf")
    soffice(HERE / "prices.xlsx", "pdf", "libreoffice-prices.pdf")
    soffice(HERE / "pandoc.html", "docx:MS Word 2007 XML", "libreoffice.docx")
    soffice(HERE / "manual.docx", "odt", "refused-manual.odt")
    chromium(HERE / "page.html", "chromium-page.pdf")
    (HERE / "prices.xlsx").rename(HERE / "refused-prices.xlsx")


if __name__ == "__main__":
    main()
