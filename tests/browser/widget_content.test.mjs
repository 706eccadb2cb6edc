// What answers and sources may contain, and how the chat shows it to everybody: markup, links, languages, small screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answer, answering, demo, site, snippet, source } from "./lib.mjs";

let shop;
before(async () => {
  shop = await site();
});
after(() => shop.close());

/** A visit in which every question is answered with these frames. */
async function answered(frames, options) {
  const visit = await shop.visit(options);
  await visit.page.route("**/api/v1/widget/chat", answering(frames));
  await visit.open();
  return visit;
}

const JS = "parent.postMessage('xss','*');window.xss=1;alert(1)";
const ADDRESSES = [
  `javascript:${JS}`,
  `JaVaScRiPt:${JS}`,
  ` javascript:${JS}`,
  `java\tscript:${JS}`,
  `javascript&colon;alert(1)`,
  `&#106;avascript:${JS}`,
  `%6Aavascript:${JS}`,
  `\u0001javascript:${JS}`,
  `vbscript:msgbox(1)`,
  `data:text/html,<script>${JS}</script>`,
  `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
  `data:image/svg+xml,<svg onload="${JS}"/>`,
  `blob:https://example.com/1`,
  `file:///etc/passwd`,
  `//evil.example/x`,
  `https:javascript:alert(1)`,
];
const MARKUP = [
  `<script>${JS}</script>`,
  `<img src=x onerror="${JS}">`,
  `<svg onload="${JS}"><animate onbegin="${JS}" attributeName=x dur=1s></svg>`,
  `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
  `<math><annotation-xml encoding="text/html"><img src=x onerror="${JS}"></annotation-xml></math>`,
  `<iframe srcdoc="<script>${JS}</script>"></iframe>`,
  `<a href="javascript:alert(1)">click</a>`,
  `<style>*{background:url(javascript:alert(1))}</style>`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv=refresh content="0;url=javascript:alert(1)">`,
  `<form action="javascript:alert(1)"><button>x</button></form>`,
  `<details open ontoggle="${JS}">x</details>`,
  `<noscript><p title="</noscript><img src=x onerror=${JS}>">`,
  `<template><script>${JS}</script></template>`,
  `"><script>${JS}</script>`,
  `</textarea></title></style></script><img src=x onerror="${JS}">`,
  `<!--><img src=x onerror="${JS}">-->`,
  "```html\n<script>alert(1)</script>\n```",
  "`<img src=x onerror=alert(1)>`",
  `<div onmouseover="${JS}" style="position:fixed;inset:0">x</div>`,
];
const HOSTILE = [
  ...MARKUP,
  ...ADDRESSES.flatMap((address) => [
    `[click](${address})`,
    `[click](<${address}>)`,
    `![picture](${address})`,
    `<${address}>`,
    `[click][r]\n\n[r]: ${address}`,
    `[1](${address})`,
  ]),
  `[a](https://ok.example "onmouseover=alert(1)")`,
  `[a](https://ok.example/"onmouseover="alert(1))`,
  `[![x](javascript:alert(1))](javascript:alert(1))`,
  `https://ok.example/"><img src=x onerror=alert(1)>`,
  `| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |\n|-|-|\n| <script>alert(1)</script> | x |`,
];

/** Everything in the chat that could act: elements that are not ours, handlers, and addresses of other schemes. */
function dangers() {
  const found = [];
  const tags = /^(script|style|iframe|object|embed|svg|math|form|base|meta|link|template|details|img|video|audio)$/i;
  for (const element of document.querySelectorAll("body *")) {
    if (tags.test(element.tagName)) found.push(element.outerHTML);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || name === "style" || name === "srcdoc") found.push(`${name}=${value}`);
      const isAddress = ["href", "src", "action", "xlink:href", "formaction"].includes(name);
      if (isAddress && !/^(https?:\/\/|mailto:|tel:)/i.test(value)) found.push(`${name}=${value}`);
    }
    if (element.tagName === "A" && !/^(https?|mailto|tel):$/.test(element.protocol)) found.push(element.href);
  }
  if (window.xss) found.push("a script has run");
  return found;
}

test("nothing that an answer, a title, a heading, a passage or an address contains does anything", async () => {
  const sources = HOSTILE.slice(0, 40).map((text, at) =>
    source({ title: text, heading_path: [text, text], chunk_preview: text, url: ADDRESSES[at % ADDRESSES.length] }),
  );
  const visit = await answered(answer(HOSTILE.join("\n\n"), sources));
  await visit.page.evaluate(() => addEventListener("message", ({ data }) => (window.xss ||= data === "xss")));
  const message = await visit.ask("<img src=x onerror=alert(1)> <script>alert(1)</script>");
  assert.deepEqual(await visit.frame().evaluate(dangers), []);
  const planted = () => document.body.insertAdjacentHTML("beforeend", '<a href=" javascript:1">x</a><svg></svg>');
  await visit.frame().evaluate(planted);
  assert.equal((await visit.frame().evaluate(dangers)).length, 3, "the search finds what it looks for");
  await visit.frame().evaluate(() => document.body.querySelectorAll(":scope > a, :scope > svg").forEach((it) => it.remove()));
  assert.ok((await message.innerText()).includes("<script>"), "markup is shown as what it is");
  for (const link of await message.locator("a").all()) {
    assert.match(await link.getAttribute("rel"), /noopener/);
    assert.equal(await link.getAttribute("target"), "_blank");
  }
  await message.locator(".ew-chip").first().click();
  for (let at = 1; at < sources.length; at += 1) {
    assert.deepEqual(await visit.frame().evaluate(dangers), [], sources[at].title);
    assert.equal(await visit.chat.locator(".ew-sheet__foot a").count(), 0, `no link to ${sources[at - 1].url}`);
    await visit.chat.getByRole("button", { name: "Next source" }).click();
  }
  await visit.page.waitForTimeout(200);
  assert.equal(await visit.page.evaluate(() => window.xss), false);
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("what is kept in the browser is no more trusted than what arrives", async () => {
  const visit = await answered(answer(HOSTILE.slice(0, 30).join("\n\n"), [source({ title: MARKUP[1] })]));
  await visit.ask("Anything");
  await visit.page.reload();
  await visit.open();
  await visit.answers.first().waitFor();
  assert.deepEqual(await visit.frame().evaluate(dangers), []);
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("an agent's name, greeting and questions are text, and its picture is one or none", async () => {
  const visit = await shop.visit({
    before: (tab) =>
      tab.route("**/api/v1/widget/config/**", async (route) => {
        const response = await route.fetch();
        const config = await response.json();
        config.agent_name = MARKUP[1];
        config.behavior.greeting_message = MARKUP[0];
        config.behavior.suggested_questions = MARKUP.slice(0, 3);
        config.branding.avatar_url = `javascript:${JS}`;
        config.appearance.primary_color = "red;background:url(javascript:alert(1))";
        await route.fulfill({ response, json: config });
      }),
  });
  await visit.open();
  const own = (await visit.frame().evaluate(dangers)).filter((it) => !it.startsWith("style="));
  assert.deepEqual(own, []);
  assert.equal(await visit.chat.getByRole("heading", { level: 1 }).innerText(), MARKUP[1]);
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

const RICH = `## Steps\n\n1. Copy the **snippet** [1].\n2. Put it before \`</body>\` [2].\n\n> Only once.\n
| Plan | Messages |\n|---|---|\n| Free | 100 |\n\n\`\`\`html\n<script src="https://example.com/widget.js"></script>\n\`\`\`\n\nMore at https://example.com/docs.`;

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing to object to in the ${colorScheme} chat: empty, with an answer, a source, a failure`, async () => {
    const visit = await answered(answer(RICH, [source(), source({ title: "Another" })]), { colorScheme });
    assert.deepEqual(await visit.axe(), []);
    const message = await visit.ask("How?");
    await message.getByRole("button", { name: "Not helpful" }).click();
    await visit.page.waitForTimeout(400);
    assert.deepEqual(await visit.axe(), []);
    await message.locator("button.ew-cite").first().click();
    await visit.page.waitForTimeout(400);
    assert.deepEqual(await visit.axe(), []);
    await visit.page.keyboard.press("Escape");
    await visit.page.route("**/api/v1/widget/chat", (route) => route.abort());
    await (await visit.begin("And?")).getByRole("button", { name: "Try again" }).waitFor();
    await visit.page.waitForTimeout(400);
    assert.deepEqual(await visit.axe(), []);
    assert.deepEqual(await visit.axe(visit.page.mainFrame()), []);
    await visit.leave();
  });
}

test("any primary colour leaves text that can be read, in both themes", async () => {
  const visit = await answered(answer(RICH, [source()]), { reducedMotion: "reduce" });
  await visit.ask("How?");
  for (const theme of ["light", "dark"]) {
    for (const color of ["#ffff00", "#ffffff", "#000000", "#ff5a5f", "#00b3a4", "#777777"]) {
      await visit.page.evaluate((look) => InsydrAI.init(look), { theme, color });
      await visit.chat.locator(`html[data-theme="${theme}"][style*="--ew-primary: ${color}"]`).waitFor({ state: "attached" });
      assert.deepEqual(await visit.axe(), [], `${color}, ${theme}`);
    }
  }
  await visit.leave();
});

test("a telephone shows the chat over the whole page, without a sideways scroll, and with a way out", async () => {
  const long = `${"Donaudampfschifffahrtsgesellschaft".repeat(6)} and \`${"code".repeat(60)}\`\n\n${RICH}`;
  const sources = [source({ title: "A very long title ".repeat(12), url: `https://example.com/${"path/".repeat(40)}` })];
  const visit = await answered(answer(long, sources), { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const frame = await visit.page.locator('edgewise-chat iframe[title="Chat"]').boundingBox();
  assert.deepEqual(frame, { x: 0, y: 0, width: 360, height: 740 });
  const message = await visit.ask("word".repeat(200));
  await message.locator(".ew-chip").first().tap();
  await visit.page.waitForTimeout(400);
  const wide = () =>
    [...document.querySelectorAll(".ew, .ew-scroller, .ew-message, .ew-sheet, .ew-sheet__body, .ew-composer")]
      .filter((it) => it.scrollWidth > it.clientWidth + 1 || it.getBoundingClientRect().right > innerWidth + 1)
      .map((it) => `${it.className} ${it.scrollWidth}`);
  assert.deepEqual(await visit.frame().evaluate(wide), []);
  assert.equal(await visit.page.evaluate(() => document.documentElement.scrollWidth), 360);
  await visit.chat.getByRole("button", { name: "Close the source" }).tap();
  const small = () =>
    [...document.querySelectorAll("button, a, textarea")]
      .filter((it) => it.offsetParent && !it.matches(".ew-cite, .ew-text a"))
      .map((it) => [it.getAttribute("aria-label") ?? it.textContent, it.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 24 || height < 24)
      .map(([name]) => name);
  assert.deepEqual(await visit.frame().evaluate(small), [], "everything can be hit with a finger");
  await visit.chat.getByRole("button", { name: "Close chat" }).tap();
  await visit.launcher.waitFor();
  assert.equal(await visit.page.evaluate(() => document.body.inert), false);
  await visit.leave();
});

test("right-to-left text is laid out from the right, beside text from the left", async () => {
  const text = "# العنوان\n\nيمكنك **إعادة** المنتج خلال ٣٠ يومًا [1].\n\n- أولاً\n- ثانيًا\n\nPlain English here.";
  const sources = [source({ title: "سياسة الإرجاع", heading_path: ["الدعم"], chunk_preview: "خلال ٣٠ يومًا" })];
  const visit = await answered(answer(text, sources), { head: "<script>document.documentElement.dir='rtl'</script>" });
  const message = await visit.ask("كيف أعيد المنتج؟");
  const direction = (locator) => locator.evaluate((it) => getComputedStyle(it).direction);
  assert.equal(await direction(visit.chat.locator(".ew-bubble").last()), "rtl");
  assert.equal(await direction(message.locator(".ew-text")), "rtl");
  assert.equal(await direction(message.locator(".ew-chip__title")), "rtl");
  assert.ok((await visit.launcher.boundingBox()).x > 1000, "the launcher keeps its corner");
  await message.locator("button.ew-cite").click();
  assert.equal(await direction(visit.chat.locator(".ew-sheet__title")), "rtl");
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("with reduced motion nothing moves, and the answer is there in one piece", async () => {
  const visit = await answered(answer("word ".repeat(400), [source()]), { reducedMotion: "reduce" });
  const message = await visit.begin("How?");
  await message.and(visit.chat.locator(":not([aria-busy])")).waitFor();
  const moving = () => document.getAnimations().length;
  assert.equal(await visit.frame().evaluate(moving), 0);
  await message.locator(".ew-chip").click();
  assert.equal(await visit.frame().evaluate(moving), 0);
  assert.equal(await visit.page.evaluate(moving), 0);
  await visit.leave();
});

test("a suggested question is asked with a click, and the suggestions give way to the answer", async () => {
  const visit = await shop.visit();
  await visit.open();
  const suggestions = visit.chat.getByRole("list", { name: "Suggested questions" });
  const first = suggestions.getByRole("button").first();
  const question = (await first.innerText()).trim();
  await first.click();
  assert.equal(await visit.chat.locator(".ew-bubble").innerText(), question);
  await visit.answers.first().locator("button.ew-cite").first().waitFor({ timeout: 20_000 });
  assert.equal(await suggestions.count(), 0);
  await visit.leave();
});

test("a question is one question: empty ones are not sent, long ones are counted, shift and enter is a new line", async () => {
  const visit = await answered(answer("Yes."));
  const send = visit.chat.getByRole("button", { name: "Send" });
  assert.ok(await send.isDisabled());
  await visit.input.fill("   \n ");
  await visit.input.press("Enter");
  assert.equal(await visit.answers.count(), 0);
  await visit.input.fill("x".repeat(4_001));
  assert.ok(await send.isDisabled());
  await visit.chat.getByText("1 characters too many").waitFor();
  await visit.input.fill("one");
  await visit.input.press("Shift+Enter");
  await visit.input.pressSequentially("two");
  await visit.input.press("Enter");
  assert.equal(await visit.chat.locator(".ew-bubble").innerText(), "one\ntwo");
  await visit.leave();
});

test("what is said to a screen reader is said once, in whole", async () => {
  const visit = await answered(answer("It is **argon2id** [1].", [source()]));
  await visit.begin("How?");
  await visit.status.getByText("It is argon2id.").waitFor();
  assert.equal(await visit.chat.getByRole("log").getAttribute("aria-live"), "off");
  assert.equal(demo.agent_id, await visit.chat.locator("body").getAttribute("data-agent-id"));
  await visit.leave();
});
