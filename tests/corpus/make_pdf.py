"""PDFs by four more producers: ReportLab, fpdf2, WeasyPrint and Cairo; and what pikepdf makes of some of them."""
import io

import cairosvg
import pikepdf
from fpdf import FPDF
from fpdf.fonts import FontFace
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (BaseDocTemplate, Frame, ListFlowable, ListItem, PageTemplate, Paragraph, SimpleDocTemplate,
                                Spacer, Table, TableStyle)
from weasyprint import HTML

import words

DEJAVU = "/usr/share/fonts/truetype/dejavu/"
STYLES = getSampleStyleSheet()


def say(text, style="BodyText"):
    return Paragraph(text, STYLES[style])


def report(path):
    items = [ListItem(say(it)) for it in words.RULES]
    steps = [ListItem(say(it)) for it in words.STEPS]
    table = Table(words.PRICES, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")]))
    story = [say(words.TITLE, "Title"), say(words.WELCOME), say("Opening hours", "Heading1"), say(words.HOURS),
             say("Lending", "Heading1"), say("Step by step", "Heading2"), ListFlowable(steps, bulletType="1", bulletFormat="%s."),
             say("House rules", "Heading2"), ListFlowable(items, bulletType="bullet", start="•"), say("Money", "Heading1"),
             say("Prices are the same on every day."), Spacer(1, 8), table, say("Deposits", "Heading2"), say(words.DEPOSIT)]
    SimpleDocTemplate(str(path), pagesize=A4, title=words.TITLE).build(story)


def columns(path):
    """A title over two columns, whose lines stand side by side, and a footer."""
    width, height = A4
    title = Frame(50, height - 120, width - 100, 60, id="title")
    left = Frame(50, 420, 235, height - 550, id="left")
    right = Frame(310, 420, 235, height - 550, id="right")

    def footer(canvas, _):
        canvas.setFont("Helvetica", 8)
        canvas.drawCentredString(width / 2, 30, "Page 1 of 1")

    document = BaseDocTemplate(str(path), pagesize=A4)
    document.addPageTemplates(PageTemplate(frames=[title, left, right], onPage=footer))
    body = STYLES["BodyText"].clone("Justified", alignment=4)
    texts = [words.COLUMN_A, words.COLUMN_B, words.COLUMN_C]
    document.build([say("A short history of the house and of the green bicycles", "Title")] + [Paragraph(it, body) for it in texts])


def invoice(path):
    """Three pages with running titles and numbers, and a table that goes on."""
    class Numbered(FPDF):
        def header(self):
            self.set_font("Helvetica", "I", 9)
            self.cell(0, 8, "Harbour Lane - price list", align="R")
            self.ln(12)

        def footer(self):
            self.set_y(-15)
            self.set_font("Helvetica", "", 8)
            self.cell(0, 8, f"Page {self.page_no()}/{{nb}}", align="C")

    pdf = Numbered()
    for page, season in enumerate(["Spring", "Summer", "Autumn"], 1):
        pdf.add_page()
        pdf.set_font("Helvetica", "B", 16)
        pdf.cell(0, 10, f"{season} prices", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", "", 11)
        pdf.multi_cell(0, 6, words.DEPOSIT)
        pdf.ln(4)
        with pdf.table(headings_style=FontFace(emphasis="BOLD")) as table:
            for row in words.PRICES[: 2 + page]:
                table.row(row)
    pdf.output(str(path))


def letters(path):
    """Embedded fonts, other alphabets."""
    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("DejaVu", fname=DEJAVU + "DejaVuSans.ttf")
    pdf.set_font("DejaVu", size=18)
    pdf.cell(0, 12, "Языки", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("DejaVu", size=11)
    for text in ["Прокат работает с девяти до шести часов.", "Το κατάστημα ανοίγει στις εννέα.", "Žluťoučký kůň úpěl ďábelské ódy."]:
        pdf.multi_cell(0, 7, text, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
    pdf.output(str(path))


def policy(path):
    """Hyphens at the ends of lines, ligatures, columns, a list in a list, a definition list."""
    html = f"""<html lang="en"><head><title>Workshop policy</title><style>
      @page {{ size: A4; margin: 22mm; @bottom-center {{ content: counter(page) }} }}
      body {{ font: 10pt/1.4 'DejaVu Serif'; hyphens: auto; text-align: justify }}
      .columns {{ columns: 2; column-gap: 8mm }} h1 {{ font-size: 18pt }} h2 {{ font-size: 13pt }}</style></head><body>
      <h1>Workshop policy</h1><p>{words.LONG}</p><p>{words.LIGATURES}</p>
      <h2>What to bring</h2><ul><li>Tools:<ul><li>a spanner</li><li>a pump</li></ul></li><li>Gloves</li></ul>
      <h2>History</h2><div class="columns"><p>{words.COLUMN_A}</p><p>{words.COLUMN_B}</p></div>
      <h2>Repairs</h2><p>{words.REPAIR}</p></body></html>"""
    HTML(string=html).write_pdf(str(path))


def drawing(path):
    lines = [("Map of the harbour", 24, 60), ("The workshop is on Mill Street, behind the bakery.", 12, 100),
             ("The lighthouse is open on Saturdays.", 12, 118)]
    text = "".join(f'<text x="40" y="{y}" font-family="DejaVu Sans" font-size="{size}">{line}</text>' for line, size, y in lines)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="420" height="200">{text}<rect x="40" y="140" width="90" height="30"/></svg>'
    cairosvg.svg2pdf(bytestring=svg.encode(), write_to=str(path))


def picture():
    image = Image.new("L", (600, 200), 255)
    ImageDraw.Draw(image).text((40, 80), "The counter opens at half past eight.", fill=0)
    data = io.BytesIO()
    image.save(data, "PNG")
    data.seek(0)
    return image, data


def scans(folder):
    image, data = picture()
    image.save(folder / "refused-scan.pdf")
    path = folder / "recognised-scan.pdf"

    canvas = Canvas(str(path), pagesize=(600, 200))
    canvas.drawImage(ImageReader(data), 0, 0)
    text = canvas.beginText(40, 110)
    text.setTextRenderMode(3)
    text.setFont("Helvetica", 10)
    text.textLine("The counter opens at half past eight.")
    canvas.drawText(text)
    canvas.save()


def make(folder):
    report(folder / "reportlab.pdf")
    columns(folder / "reportlab-columns.pdf")
    invoice(folder / "fpdf-prices.pdf")
    letters(folder / "fpdf-letters.pdf")
    policy(folder / "weasyprint-policy.pdf")
    drawing(folder / "cairo-map.pdf")
    scans(folder)
    with pikepdf.open(folder / "reportlab.pdf") as pdf:
        pdf.save(folder / "linearized.pdf", linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        pdf.save(folder / "owner-password.pdf", encryption=pikepdf.Encryption(owner="owner", user="", R=6))
        pdf.save(folder / "refused-password.pdf", encryption=pikepdf.Encryption(owner="owner", user="user", R=6))
    with pikepdf.open(folder / "cairo-map.pdf") as pdf:
        pdf.pages[0].rotate(90, relative=True)
        pdf.save(folder / "rotated.pdf")
    whole = (folder / "reportlab.pdf").read_bytes()
    (folder / "broken-xref.pdf").write_bytes(whole.replace(b"startxref", b"startxxxx"))
