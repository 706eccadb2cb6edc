"""Office documents: by python-docx and openpyxl, some taken apart and put together again."""
import io
import zipfile

import msoffcrypto.format.ooxml as ooxml
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook

from words import DEPOSIT, HOURS, PRICES, REPAIR, RULES, STEPS, TITLE, WELCOME


def manual():
    document = Document()
    document.core_properties.title = TITLE
    document.add_heading(TITLE, 0)
    document.add_paragraph(WELCOME)
    document.add_heading("Opening hours", 1)
    document.add_paragraph(HOURS)
    document.add_heading("Lending", 1)
    document.add_heading("Step by step", 2)
    for step in STEPS:
        document.add_paragraph(step, style="List Number")
    document.add_heading("House rules", 2)
    for rule in RULES:
        document.add_paragraph(rule, style="List Bullet")
    document.add_paragraph("Cats may ride anywhere.", style="List Bullet 2")
    document.add_heading("Money", 1)
    paragraph = document.add_paragraph("Prices are the same on ")
    paragraph.add_run("every").bold = True
    paragraph.add_run(" day of the year.")
    table = document.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    for row in PRICES:
        for cell, text in zip(table.add_row().cells, row):
            cell.text = text
    document.add_paragraph()
    document.add_heading("Deposits", 2)
    document.add_paragraph(DEPOSIT)
    document.add_heading("Repairs", 2)
    document.add_paragraph(REPAIR)
    document.sections[0].footer.paragraphs[0].text = "Harbour Lane, for internal use"
    return document


def reviewed():
    """Changes that are tracked, hidden text, a text box, a merged cell, a field, odd spaces and hyphens."""
    document = Document()
    document.add_heading("Reviewed rules", 1)
    names = nsdecls("w")
    body = document.element.body
    parts = [
        f'<w:p {names}><w:r><w:t xml:space="preserve">The deposit is </w:t></w:r>'
        f'<w:del w:id="1" w:author="A"><w:r><w:delText>thirty</w:delText></w:r></w:del>'
        f'<w:ins w:id="2" w:author="A"><w:r><w:t>forty</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> euros.</w:t></w:r></w:p>',
        f'<w:p {names}><w:r><w:t>Seen.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden words.</w:t></w:r></w:p>',
        f'<w:p {names}><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE \\@ "yyyy"</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Written in 2026</w:t></w:r>'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:tab/><w:t>by the non</w:t><w:noBreakHyphen/><w:t>smokers</w:t>'
        f'<w:br/><w:t>of the house &amp; friends.</w:t></w:r></w:p>',
    ]
    for part in parts:
        body.insert(len(body) - 1, parse_xml(part))
    box = ('<w:p %s xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
           'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:r><mc:AlternateContent>'
           '<mc:Choice Requires="wps"><wps:txbx><w:txbxContent><w:p><w:r><w:t>Text in a box.</w:t></w:r></w:p></w:txbxContent>'
           '</wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>Text in a box.</w:t></w:r></w:p>'
           '</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent><w:t>Text around it.</w:t></w:r></w:p>') % names
    body.insert(len(body) - 1, parse_xml(box))
    table = document.add_table(rows=3, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Winter times"
    for row, texts in enumerate([("January", "closed"), ("February", "ten to three")], 1):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    return document


def make(folder):
    manual().save(folder / "manual.docx")
    reviewed().save(folder / "reviewed.docx")
    book = Workbook()
    for row in PRICES:
        book.active.append(row)
    book.active.column_dimensions["A"].width = 20
    book.save(folder / "prices.xlsx")
    with open(folder / "manual.docx", "rb") as plain, open(folder / "refused-encrypted.docx", "wb") as locked:
        ooxml.OOXMLFile(plain).encrypt("secret", locked)
    with zipfile.ZipFile(folder / "refused-archive.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "Only the name says that this is a document.")
    slides = io.BytesIO()
    with zipfile.ZipFile(slides, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/presentation.xml", "<p:presentation/>")
    (folder / "refused-slides.docx").write_bytes(slides.getvalue())
    (folder / "refused-program.pdf").write_bytes(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(64))
