// A page with the widget as a visitor uses it: three questions about Edgewise, answered from its documentation, and an
// absurd one.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { credentials, launch, open } from "./dashboard_lib.mjs";

const QUESTIONS = [
  { question: "How do I put the widget on my page?", answer: /script tag/i },
  { question: "How many messages does the free plan include?", answer: /100 messages per month/i },
  { question: "How are passwords stored?", answer: /argon2id/i },
];
const ABSURD = "What is the best recipe for lasagne with aubergines?";

let browser;
let demo;
let site;
before(async () => {
  browser = await launch();
  demo = await credentials();
  const tag = `<script async src="${demo.base_url}/widget.js" data-agent-id="${demo.agent_id}" data-api-key="${demo.keys.widget}"></script>`;
  site = createServer((_, response) => response.setHeader("content-type", "text/html").end(`<!doctype html><html lang="en"><title>A shop</title><h1>A shop</h1>${tag}`));
  await new Promise((resolve) => site.listen(0, "localhost", resolve));
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** Asks in the open chat and waits for the end of the answer; returns its text. */
async function ask(page, chat, question) {
  const before = await chat.locator('.ew-message--agent:not([aria-busy])').count();
  await chat.getByRole("textbox").fill(question);
  await chat.getByRole("textbox").press("Enter");
  const answer = chat.locator('.ew-message--agent:not([aria-busy])').nth(before);
  await answer.waitFor({ timeout: 20_000 });
  return answer.innerText();
}

test("a page with the widget loads one script before the visitor shows interest, then answers with citations", async () => {
  const { page, context, complaints } = await open(browser);
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`http://localhost:${site.address().port}/`);
  const launcher = page.getByRole("button", { name: /open chat/i });
  await launcher.waitFor();
  assert.deepEqual(requests.filter((path) => !["/", "/favicon.ico"].includes(path)), ["/widget.js"]);
  await launcher.click();
  const chat = page.frameLocator('iframe[title="Chat"]');
  await chat.getByRole("textbox").waitFor();
  for (const { question, answer } of QUESTIONS) {
    const text = await ask(page, chat, question);
    assert.match(text, answer);
    assert.match(text, /Sources/, "the answer names its sources");
  }
  const fallback = await ask(page, chat, ABSURD);
  assert.match(fallback, /documentation does not say/i);
  assert.doesNotMatch(fallback, /Sources/);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/demo-answers.png` });
  assert.deepEqual(complaints, []);
  await context.close();
});
