// The demo page as a visitor uses it: three questions about Edgewise, answered from its documentation, and an absurd one.
import assert from "node:assert/strict";
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
before(async () => {
  browser = await launch();
  demo = await credentials();
});
after(() => browser?.close());

/** Asks in the open chat and waits for the end of the answer; returns its text. */
async function ask(page, chat, question) {
  const before = await chat.locator('.ew-message--agent:not([aria-busy])').count();
  await chat.getByRole("textbox").fill(question);
  await chat.getByRole("textbox").press("Enter");
  const answer = chat.locator('.ew-message--agent:not([aria-busy])').nth(before);
  await answer.waitFor({ timeout: 20_000 });
  return answer.innerText();
}

test("the demo page loads one script before the visitor shows interest, then answers with citations", async () => {
  const { page, context, complaints } = await open(browser);
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(demo.base_url);
  const launcher = page.getByRole("button", { name: /open chat/i });
  await launcher.waitFor();
  assert.deepEqual(requests.filter((path) => path.startsWith("/embed/") || path.startsWith("/api/")), []);
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
