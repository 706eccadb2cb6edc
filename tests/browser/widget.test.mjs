// The chat as a visitor of a customer's page uses it, against a running installation with the demo's documents.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { demo, site } from "./lib.mjs";

let shop;
before(async () => {
  shop = await site();
});
after(() => shop.close());

const focused = (visit) => visit.page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className ?? "");

test("the loader is the only request before the visitor shows intent, and hovering is intent", async () => {
  const visit = await shop.visit();
  await visit.launcher.waitFor();
  await visit.page.waitForTimeout(500);
  const ours = () => visit.requests.filter((url) => url.startsWith(demo.base_url)).map((url) => new URL(url).pathname);
  assert.deepEqual(ours(), ["/widget.js"]);
  await visit.launcher.hover();
  await visit.input.waitFor({ state: "attached" });
  assert.ok(ours().includes(`/api/v1/widget/config/${demo.agent_id}`));
  assert.ok(ours().includes("/embed/app_bg.wasm"));
  await visit.leave();
});

test("questions are answered in a stream with sources, and what the documents do not say is not made up", async () => {
  const visit = await shop.visit();
  await visit.hear("message:sent", "stream:start", "stream:end", "message:received", "message", "error");
  await visit.open();
  const first = await visit.begin("How do I put the widget on my page?");
  const lengths = new Set();
  while (await first.getAttribute("aria-busy")) lengths.add((await first.innerText()).length);
  assert.ok(lengths.size > 2, `seen at ${lengths.size} lengths`);
  assert.match(await first.innerText(), /script/i);
  assert.ok((await first.locator("button.ew-cite").count()) > 0, "has citations");
  const second = await visit.ask("How many messages does the free plan include?");
  assert.match(await second.innerText(), /100/);
  const third = await visit.ask("Which purple cheese do moon pirates prefer?");
  assert.equal(await third.locator("button.ew-cite, .ew-sources").count(), 0);
  const heard = await visit.heard();
  assert.equal(heard.filter(([name]) => name === "message:received").length, 3);
  assert.deepEqual(heard.filter(([name]) => name === "message:received").map(([, data]) => data.answered), [true, true, false]);
  assert.equal(heard.filter(([name]) => name === "message").length, 6, "sent and received");
  assert.ok(heard.every(([name]) => name !== "error"));
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("a citation opens its passage, Escape closes it, and the focus returns to the citation", async () => {
  const visit = await shop.visit();
  await visit.open();
  const answer = await visit.ask("How do I put the widget on my page?");
  const pill = answer.locator("button.ew-cite").first();
  await pill.click();
  const sheet = visit.chat.locator(".ew-sheet");
  await sheet.waitFor();
  assert.ok((await sheet.locator(".ew-sheet__title").innerText()).length > 2);
  assert.ok((await sheet.locator(".ew-sheet__quote").innerText()).length > 20);
  assert.equal(await visit.chat.locator(".ew-column").getAttribute("inert"), "true");
  await visit.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.ok(await visit.input.isVisible(), "the chat is still open");
  assert.ok(await pill.evaluate((it) => it === document.activeElement));
  const title = await answer.locator(".ew-chip__title").first().innerText();
  await answer.locator(".ew-chip").first().click();
  assert.ok(title.startsWith(await sheet.locator(".ew-sheet__title").innerText()));
  await visit.leave();
});

test("answers can be judged, with a comment, and the service hears it", async () => {
  const visit = await shop.visit();
  await visit.hear("feedback");
  await visit.open();
  const answer = await visit.ask("How are passwords stored?");
  const sent = () => visit.page.waitForResponse((response) => response.url().endsWith("/widget/feedback"));
  const [up] = await Promise.all([sent(), answer.getByRole("button", { name: "Helpful", exact: true }).click()]);
  assert.ok(up.ok(), `status ${up.status()}`);
  assert.equal(await answer.getByRole("button", { name: "Helpful", exact: true }).getAttribute("aria-pressed"), "true");
  await Promise.all([sent(), answer.getByRole("button", { name: "Not helpful" }).click()]);
  await answer.getByLabel("What was missing or wrong?").fill("The parameters.");
  const [comment] = await Promise.all([sent(), answer.getByRole("button", { name: "Send" }).click()]);
  assert.equal(JSON.parse(comment.request().postData()).comment, "The parameters.");
  assert.ok(comment.ok(), `status ${comment.status()}`);
  await answer.getByText("Thanks for the feedback").waitFor();
  assert.deepEqual((await visit.heard()).map(([, data]) => data.feedback_type), ["THUMBS_UP", "THUMBS_DOWN", "THUMBS_DOWN"]);
  await visit.leave();
});

test("a judgement that the service refuses is taken back", async () => {
  const visit = await shop.visit();
  await visit.page.route("**/widget/feedback", (route) => route.fulfill({ status: 500, body: "{}" }));
  await visit.open();
  const answer = await visit.ask("How are passwords stored?");
  await answer.getByRole("button", { name: "Helpful", exact: true }).click();
  await answer.locator('[aria-label="Helpful"][aria-pressed="false"]').waitFor();
  await visit.leave();
});

test("the keyboard alone opens the chat, asks, stops at nothing else and leaves", async () => {
  const visit = await shop.visit();
  await visit.launcher.waitFor();
  await visit.page.keyboard.press("Tab");
  await visit.page.keyboard.press("Tab");
  assert.match(await focused(visit), /launcher/);
  await visit.page.keyboard.press("Enter");
  await visit.input.waitFor();
  await visit.page.waitForFunction(() => document.activeElement.shadowRoot?.activeElement?.tagName === "IFRAME");
  await visit.page.keyboard.type("How are passwords stored?");
  await visit.page.keyboard.press("Enter");
  await visit.answers.last().locator("button.ew-cite").first().waitFor({ timeout: 20_000 });
  assert.ok(await visit.input.evaluate((it) => it === document.activeElement), "the input keeps the focus");
  await visit.page.keyboard.press("Escape");
  await visit.page.waitForFunction(() => !InsydrAI.isOpen());
  assert.match(await focused(visit), /launcher/);
  assert.equal(await visit.launcher.getAttribute("aria-expanded"), "false");
  await visit.page.keyboard.press("Enter");
  await visit.page.waitForFunction(() => InsydrAI.isOpen());
  await visit.leave();
});

test("a conversation survives a reload and begins anew when the visitor wants it", async () => {
  const visit = await shop.visit();
  await visit.open();
  await visit.ask("How are passwords stored?");
  const session = await visit.page.evaluate(() => InsydrAI.getSession().sessionId);
  await visit.page.reload();
  await visit.open();
  assert.match(await visit.answers.last().innerText(), /argon2/i);
  await visit.answers.last().locator("button.ew-cite").first().click();
  await visit.chat.locator(".ew-sheet").waitFor();
  await visit.page.keyboard.press("Escape");
  assert.equal(await visit.status.innerText(), "", "what was said before is not said again");
  await visit.chat.getByRole("button", { name: "New conversation" }).click();
  await visit.answers.first().waitFor({ state: "detached" });
  assert.notEqual(await visit.page.evaluate(() => InsydrAI.getSession().sessionId), session);
  await visit.page.reload();
  await visit.open();
  assert.equal(await visit.answers.count(), 0);
  await visit.leave();
});

test("a page can ask, prefill and reset", async () => {
  const visit = await shop.visit();
  await visit.page.evaluate(() => InsydrAI.sendMessage("How are passwords stored?"));
  await visit.page.locator("edgewise-chat .unread").waitFor({ state: "attached", timeout: 20_000 });
  assert.match(await visit.launcher.getAttribute("aria-label"), /new message/);
  await visit.page.evaluate(() => {
    InsydrAI.prefill("What about <b>keys</b>?");
    InsydrAI.open();
  });
  await visit.chat.getByText("How are passwords stored?").waitFor();
  assert.equal(await visit.input.inputValue(), "What about <b>keys</b>?");
  assert.equal(await visit.page.locator("edgewise-chat .unread").count(), 0);
  await visit.page.evaluate(() => InsydrAI.reset());
  await visit.answers.first().waitFor({ state: "detached" });
  await visit.leave();
});
