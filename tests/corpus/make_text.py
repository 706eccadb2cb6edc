"""Texts, tables of commas and pages, in the encodings in which people have them."""
from words import HOURS, RULES, STEPS, WELCOME

GERMAN = (
    "Öffnungszeiten\n==============\n\nDas Geschäft öffnet täglich außer sonntags um halb neun und schließt um "
    "achtzehn Uhr.\nFür größere Gruppen gilt: bitte früh anrufen – die Räder sind schnell vergeben.\n\n"
    "Gebühren\n--------\n\n- Fahrrad: 14 € am Tag\n- Anhänger: 19 € am Tag\n"
)
JAPANESE = (
    "営業時間は午前九時から午後五時までです。日曜日は休みます。\r\n\r\n"
    "・自転車の料金は一日千四百円です。\r\n・雨の日は傘を貸します。\r\n"
)
RUSSIAN = (
    "Прокат работает с девяти до шести часов, кроме воскресенья.\n\n"
    "Залог за велосипед составляет сорок евро и возвращается полностью, если всё сдано вовремя.\n"
)
GUIDE = """---
title: Counter guide
---

# Counter guide

%s

## Opening hours

%s[^1]

## Lending a bicycle

%s

1. Check the tyres:
   - the front one
   - the rear one
2. Hand over the key.

## Prices

| Item         | Day    | Week   |
|--------------|--------|--------|
| City bicycle | 14 EUR | 60 EUR |
| Rain coat    | 3 EUR  | 10 EUR |

## Printing a receipt

```sh
receipt --item "City bicycle" --days 2
receipt --last
```

Then fold it *twice*.

[^1]: The boat festival has its own times.
""" % (WELCOME, HOURS, "\n".join(f"- {it}" for it in RULES))
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Lending | Harbour Lane</title>
<style>nav a { color: teal } td, th { padding: 2px 12px } .hidden { display: none }</style><script>var tracker = "do not read me";</script></head>
<body>
<header><a href="/">Harbour Lane</a> <nav><ul><li><a href="/a">Home</a></li><li><a href="/b">Prices</a></li></ul></nav></header>
<main>
<h1>Lending</h1>
<p>%s</p>
<h2>Step by step</h2>
<ol>%s</ol>
<h2>House rules</h2>
<ul>%s</ul>
<h2>Prices</h2>
<table><thead><tr><th>Item</th><th>Day</th></tr></thead>
<tbody><tr><td>City bicycle</td><td>14&nbsp;EUR</td></tr><tr><td>Trailer &amp; cover</td><td>19&nbsp;EUR</td></tr></tbody></table>
<p style="display:none">You cannot see me.</p>
<details><summary>What if it rains?</summary><p>Rain coats hang beside the door.</p></details>
<pre><code class="language-sh">receipt --last
</code></pre>
</main>
<aside>Subscribe to our newsletter!</aside>
<footer>Imprint &middot; Privacy</footer>
</body></html>
""" % (HOURS, "".join(f"<li>{it}</li>" for it in STEPS), "".join(f"<li>{it}</li>" for it in RULES))
OLD_PAGE = (
    "<HTML><HEAD><TITLE>Café Müller</TITLE></HEAD><BODY BGCOLOR=white><CENTER><H1>Café Müller</H1></CENTER>\n"
    "<P>Geöffnet täglich von neun bis fünf.\n<P>Frühstück für zwei kostet 18 Euro.\n"
    "<UL><LI>Kännchen Kaffee<LI>Brötchen &amp; Käse</UL>\n"
    "<TABLE BORDER=1><TR><TH>Kuchen<TH>Preis<TR><TD>Käsekuchen<TD>3,50<TR><TD>Möhrenkuchen<TD>3,20</TABLE>\n"
    "<FONT COLOR=gray>Stand: März</FONT></BODY></HTML>\n"
)
JAPANESE_PAGE = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><title>料金表</title></head>'
    "<body><h1>料金表</h1><p>自転車の料金は一日千四百円です。</p></body></html>\n"
)
QUESTIONS = (
    'Question,Answer,Topic\n'
    '"How much is the deposit?","Forty euros for each bicycle, ninety for a trailer.",Money\n'
    '"What does ""half day"" mean?","Until one o\'clock,\nor from one o\'clock on.",Times\n'
    '\n'
    'Can I bring my dog?,"Yes, in the trailer.",\n'
)
MEMBERS = "Name;Straße;Telefon;Größe (cm)\r\nJürgen Groß;Hafengäßchen 3;0421 555-01;178\r\nZoë Weiß;Mühlstraße 9;0421 555-02;165\r\n"
STOCK = "Item\tShelf\tLeft\r\nHelmet, small\tA1\t12\r\nHelmet, large\tA2\t7\r\nPump\tC4\t3\r\n"
JAPANESE_TABLE = "品名,料金,在庫\n自転車,千四百円,十二台\n雨合羽,三百円,四十枚\n"
FIGURES = "2021|14.5|318\n2022|15.0|402\n2023|15.5|377\n"


def make(folder):
    def write(name, text, encoding="utf-8"):
        (folder / name).write_bytes(text.encode(encoding))

    write("german-cp1252.txt", GERMAN, "cp1252")
    write("japanese-sjis.txt", JAPANESE, "shift_jis")
    write("russian-cp1251.txt", RUSSIAN, "cp1251")
    write("english-utf16be.txt", HOURS + "\n", "utf-16-be")
    write("english-bom-crlf.txt", "\ufeffRules\r\n=====\r\n\r\n" + "".join(f"* {it}\r\n" for it in RULES))
    write("guide.md", GUIDE)
    write("page.html", PAGE)
    write("old-page-latin1.html", OLD_PAGE, "latin-1")
    write("japanese-sjis.html", JAPANESE_PAGE, "shift_jis")
    write("questions.csv", QUESTIONS)
    write("members-cp1252.csv", MEMBERS, "cp1252")
    write("stock-utf16.tsv", "\ufeff" + STOCK, "utf-16-le")
    write("japanese-sjis.csv", JAPANESE_TABLE, "shift_jis")
    write("figures-pipes.csv", FIGURES)
    write("excel-sep.csv", "sep=;\nPlan;Price\nFree;0,00\nPro;49,00\n")
