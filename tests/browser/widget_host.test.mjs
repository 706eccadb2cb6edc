// What the widget does to a customer's page, and what a customer's page can do to the widget.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { demo, ownKey, site, snippet } from "./lib.mjs";

let shop;
before(async () => {
  shop = await site();
});
after(() => shop.close());

const QUESTION = "How are passwords stored?";

test("a page whose policy knows us as a script and a frame only has a working chat, with a key for its host only", async () => {
  const policy = `default-src 'none'; script-src 'self' ${demo.base_url}; frame-src ${demo.base_url}`;
  const apiKey = await ownKey(["localhost"]);
  const body = snippet({ apiKey });
  const visit = await shop.visit({ body, headers: { "content-security-policy": policy }, host: "localhost" });
  await visit.open();
  assert.match(await (await visit.ask(QUESTION)).innerText(), /argon2/i);
  // The loader tries once to ask for the configuration before it leaves that to the iframe: nothing else is refused.
  assert.deepEqual(visit.complaints.filter((it) => !it.includes("/api/v1/widget/config/")), []);
  await visit.leave();
});

test("a page's hostile style sheet does not reach the chat", async () => {
  const hostile = `
    * { all: unset !important }
    edgewise-chat { transform: scale(9) !important; position: static !important }
    button, iframe, section, edgewise-chat, textarea { display: none !important; visibility: hidden !important }
    iframe { width: 1px !important; height: 1px !important; opacity: 0 !important; pointer-events: none !important }
    :root { --color: red; --surface: red; font-size: 40px !important }`;
  const visit = await shop.visit({ head: `<style>${hostile}</style>` });
  await visit.open();
  const { width, height, x, y } = await visit.page.locator('edgewise-chat iframe[title="Chat"]').boundingBox();
  assert.ok(width === 400 && height > 600 && x + width <= 1280 && y + height <= 800, [width, height, x, y].join());
  assert.deepEqual(await visit.launcher.evaluate((it) => [it.offsetWidth, it.offsetHeight]), [56, 56]);
  assert.match(await (await visit.ask(QUESTION)).innerText(), /argon2/i);
  await visit.leave();
});

test("a second snippet and a second init change nothing but the settings", async () => {
  const visit = await shop.visit({ body: snippet() + snippet() });
  await visit.open();
  await visit.page.evaluate(() => InsydrAI.init({ theme: "dark" }));
  assert.equal(await visit.page.locator("edgewise-chat").count(), 1);
  assert.equal(await visit.page.locator("edgewise-chat iframe").count(), 1);
  assert.equal(await visit.page.evaluate(() => InsydrAI === Edgewise), true);
  await visit.chat.locator('html[data-theme="dark"]').waitFor({ state: "attached" });
  assert.ok(await visit.input.isVisible(), "the chat stays open");
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("a page knows two names more than before, and its own are untouched", async () => {
  const names = () => Object.getOwnPropertyNames(window);
  const bare = await shop.visit({ body: "" });
  const without = await bare.page.evaluate(names);
  await bare.leave();
  const polluted = "Object.prototype.extra = 1; Array.prototype.last = function () { return this[this.length - 1] };";
  const visit = await shop.visit({ before: (tab) => tab.addInitScript(polluted) });
  await visit.open();
  const added = (await visit.page.evaluate(names)).filter((name) => !without.includes(name));
  assert.deepEqual(added.sort(), ["Edgewise", "InsydrAI"]);
  assert.match(await (await visit.ask(QUESTION)).innerText(), /argon2/i);
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

/** How many listeners the page has on what outlives elements. */
async function listeners(visit) {
  const debuggers = await visit.context.newCDPSession(visit.page);
  const count = async (expression) => {
    const { result } = await debuggers.send("Runtime.evaluate", { expression });
    return (await debuggers.send("DOMDebugger.getEventListeners", { objectId: result.objectId })).listeners.length;
  };
  const queries = await visit.page.evaluate(() => window.queries.length);
  const watched = ["window", "document", "document.documentElement", "visualViewport"];
  const of = await Promise.all([...watched, ...Array.from({ length: queries }, (_, at) => `queries[${at}]`)].map(count));
  return of.reduce((sum, more) => sum + more, 0);
}

test("destroy leaves no element, no listener and no lock behind, and init begins again", async () => {
  const watch = () => {
    window.queries = [];
    const real = window.matchMedia.bind(window);
    window.matchMedia = (query) => {
      window.queries.push(real(query));
      return window.queries.at(-1);
    };
  };
  const visit = await shop.visit({ viewport: { width: 360, height: 740 }, before: (tab) => tab.addInitScript(watch) });
  await visit.open();
  assert.ok((await listeners(visit)) > 0, "the count sees listeners");
  assert.equal(await visit.page.evaluate(() => document.body.inert), true);
  await visit.page.evaluate(() => InsydrAI.destroy());
  assert.equal(await listeners(visit), 0);
  assert.equal(await visit.page.locator("edgewise-chat, iframe").count(), 0);
  const { inert, overflow } = await visit.page.evaluate(() => ({
    inert: document.body.inert,
    overflow: document.documentElement.style.overflow,
  }));
  assert.deepEqual({ inert, overflow }, { inert: false, overflow: "" });
  assert.equal(await visit.page.evaluate(() => InsydrAI.getSession()), null);
  await visit.page.evaluate(() => InsydrAI.open());
  assert.equal(await visit.page.locator("edgewise-chat").count(), 0, "nothing opens after destroy");
  await visit.page.evaluate(() => InsydrAI.init(JSON.parse(document.getElementById("settings").textContent)));
  await visit.open();
  assert.match(await (await visit.ask(QUESTION)).innerText(), /argon2/i);
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("the chat survives a page that replaces its body, and comes back when its element is thrown away", async () => {
  const visit = await shop.visit();
  await visit.open();
  await visit.ask(QUESTION);
  await visit.page.evaluate(() => document.body.replaceWith(document.createElement("body")));
  assert.match(await visit.answers.last().innerText(), /argon2/i);
  await visit.page.evaluate(() => document.querySelector("edgewise-chat").remove());
  await visit.answers.last().getByText(/argon2/i).first().waitFor();
  await visit.leave();
});

test("a page that the key does not allow is told so, and keeps working", async () => {
  const visit = await shop.visit({ host: "shop.localhost" });
  await visit.hear("error");
  await visit.launcher.click();
  const note = visit.page.locator("edgewise-chat [role=alert]");
  await note.getByText("not available on this page").waitFor();
  assert.deepEqual((await visit.heard()).map(([name]) => name), ["error"]);
  const [told] = visit.complaints.filter((it) => it.includes("[Edgewise]"));
  assert.match(told, /shop\.localhost:\d+/, "the console names the origin to allow");
  assert.ok(visit.complaints.every((it) => !/^\w*Error/.test(it)), visit.complaints.join("\n"));
  await visit.page.locator("edgewise-chat").getByRole("button", { name: "Try again" }).click();
  await note.getByText("not available on this page").waitFor();
  await visit.page.keyboard.press("Escape");
  assert.equal(await visit.page.evaluate(() => InsydrAI.isOpen()), false);
  await visit.leave();
});

test("an unknown agent and a wrong key are told in the same way", async () => {
  for (const settings of [{ agentId: "agent_nobody" }, { apiKey: "pk_live_nothing" }]) {
    const visit = await shop.visit({ body: snippet(settings) });
    await visit.launcher.click();
    await visit.page.locator("edgewise-chat").getByText("not available on this page").waitFor();
    await visit.leave();
  }
});

test("nothing on the page moves, before and after the chat is opened", async () => {
  const record = () => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  };
  const visit = await shop.visit({ before: (tab) => tab.addInitScript(record) });
  await visit.open();
  await visit.ask(QUESTION);
  await visit.page.keyboard.press("Escape");
  assert.equal(await visit.page.evaluate(() => window.shifted), 0);
  const size = () => [document.documentElement.scrollWidth, document.documentElement.scrollHeight];
  assert.deepEqual(await visit.page.evaluate(size), [1280, 800]);
  await visit.leave();
});

test("the theme follows the device, and the page's word wins over both", async () => {
  const visit = await shop.visit({ colorScheme: "dark" });
  await visit.open();
  const theme = (name) => visit.chat.locator(`html[data-theme="${name}"]`).waitFor({ state: "attached" });
  await theme("dark");
  await visit.page.emulateMedia({ colorScheme: "light" });
  await theme("light");
  await visit.page.evaluate(() => InsydrAI.setTheme("dark"));
  await theme("dark");
  assert.match(await visit.page.locator("edgewise-chat section").getAttribute("class"), /\bdark\b/);
  await visit.leave();
  const fixed = await shop.visit({ colorScheme: "dark", body: snippet({ theme: "light" }) });
  await fixed.open();
  assert.equal(await fixed.chat.locator("html").getAttribute("data-theme"), "light");
  await fixed.leave();
});

test("the page decides on colour and side", async () => {
  const visit = await shop.visit({ body: snippet({ color: "#0a7d4f", position: "bottom-left" }) });
  const { x } = await visit.launcher.boundingBox();
  assert.equal(x, 20);
  assert.equal(await visit.launcher.evaluate((it) => getComputedStyle(it).backgroundColor), "rgb(10, 125, 79)");
  await visit.open();
  assert.equal((await visit.page.locator('edgewise-chat iframe[title="Chat"]').boundingBox()).x, 20);
  await visit.leave();
});

test("the greeting beside the launcher comes back until it is dismissed, and opens the chat", async () => {
  const visit = await shop.visit();
  await visit.launcher.hover();
  await visit.input.waitFor({ state: "attached" });
  const teaser = visit.page.locator("edgewise-chat").getByRole("button", { name: "Ask me anything" });
  await visit.page.reload();
  await teaser.click();
  await visit.input.waitFor();
  await visit.page.keyboard.press("Escape");
  await visit.launcher.waitFor();
  assert.equal(await visit.page.locator("edgewise-chat .teaser").count(), 0);
  await visit.page.reload();
  await visit.launcher.waitFor();
  assert.equal(await teaser.count(), 0, "once in a conversation");
  await visit.leave();
  const other = await shop.visit();
  await other.launcher.hover();
  await other.page.locator("edgewise-chat").getByRole("button", { name: "Dismiss" }).click();
  await other.page.reload();
  await other.launcher.waitFor();
  assert.equal(await other.page.locator("edgewise-chat .teaser").count(), 0);
  await other.leave();
});

test("the focus goes back to what opened the chat, also to a button of the page's own", async () => {
  const own = '<button id="help" onclick="InsydrAI.open()">Help</button>';
  const visit = await shop.visit({ body: own + snippet() });
  await visit.page.evaluate(() => InsydrAI.hide());
  assert.equal(await visit.launcher.isVisible(), false);
  await visit.page.locator("#help").click();
  await visit.input.waitFor();
  await visit.page.waitForFunction(() => document.activeElement.shadowRoot?.activeElement?.tagName === "IFRAME");
  await visit.chat.getByRole("button", { name: "Close chat" }).click();
  await visit.page.waitForFunction(() => document.activeElement.id === "help");
  await visit.leave();
});

test("a script that opens the chat does not take the focus from what the visitor writes", async () => {
  const act = '<script>addEventListener("load", () => InsydrAI.open())</script>';
  const visit = await shop.visit({ body: '<input id="search" autofocus>' + snippet() + act });
  await visit.input.waitFor();
  await visit.page.waitForTimeout(300);
  assert.equal(await visit.page.evaluate(() => document.activeElement.id), "search");
  await visit.leave();
});
