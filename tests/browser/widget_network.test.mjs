// What the visitor sees when the network, the service or the limits say no.
import assert from "node:assert/strict";
import { createServer, request as forward } from "node:http";
import { after, before, test } from "node:test";
import { answer, answering, demo, site, snippet, source } from "./lib.mjs";

let shop;
before(async () => {
  shop = await site();
});
after(() => shop.close());

const CHAT = "**/api/v1/widget/chat";
const QUESTION = "How are passwords stored?";

/** The installation behind a line that is cut in the middle of an answer, as long as `state.isBad`. */
async function badLine() {
  const state = { isBad: true };
  const server = createServer((request, response) => {
    const target = new URL(request.url, demo.base_url);
    const headers = { ...request.headers, host: target.host };
    const onward = forward(target, { method: request.method, headers }, (answered) => {
      response.writeHead(answered.statusCode, answered.headers);
      if (!state.isBad || !request.url.endsWith("/widget/chat") || request.method === "OPTIONS") return answered.pipe(response);
      let seen = 0;
      return answered.on("data", (bytes) => {
        seen += bytes.length;
        response.write(bytes.subarray(0, 600));
        if (seen > 600) response.destroy();
      });
    });
    request.pipe(onward);
    onward.on("error", () => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { state, server, origin: `http://127.0.0.1:${server.address().port}` };
}

test("an answer that is cut off keeps what has come, says so, and can be asked for again", async () => {
  const { state, server, origin } = await badLine();
  const visit = await shop.visit({ body: snippet({}, origin) });
  await visit.hear("error", "stream:end", "message:received");
  await visit.open();
  const cut = await visit.ask(QUESTION);
  assert.match(await cut.innerText(), /connection was lost/);
  const [name, data] = (await visit.heard())[0];
  assert.deepEqual([name, data.code], ["error", "INTERRUPTED"]);
  state.isBad = false;
  await cut.getByRole("button", { name: "Try again" }).click();
  await visit.answers.last().locator("button.ew-cite").first().waitFor({ timeout: 20_000 });
  assert.equal(await visit.answers.count(), 1, "the new answer takes the place of the old");
  assert.equal(await visit.chat.locator(".ew-bubble").count(), 1, "the question is not asked twice in the transcript");
  assert.equal(await visit.chat.getByText("connection was lost").count(), 0);
  await visit.leave();
  server.close();
});

test("a stream that ends without an end is an interruption as well", async () => {
  const visit = await shop.visit();
  const begun = answer("Passwords are stored as").slice(0, -2);
  await visit.page.route(CHAT, answering(begun));
  await visit.open();
  const cut = await visit.ask(QUESTION);
  assert.match(await cut.innerText(), /Passwords are stored as/);
  assert.match(await cut.innerText(), /connection was lost/);
  assert.equal(await cut.getByRole("button", { name: "Helpful", exact: true }).count(), 0, "half an answer is not judged");
  await visit.leave();
});

test("too many questions: the chat says when to try again, counts down, and then can", async () => {
  const visit = await shop.visit();
  const refusal = { detail: "too many requests", code: "RATE_LIMITED" };
  await visit.page.route(CHAT, answering(refusal, { status: 429, headers: { "retry-after": "3" } }));
  await visit.open();
  const limited = await visit.ask(QUESTION);
  assert.match(await limited.innerText(), /a lot of questions/);
  const again = limited.getByRole("button", { name: /Try again/ });
  assert.match(await again.innerText(), /Try again in [23] s/);
  assert.ok(await again.isDisabled());
  await visit.page.unroute(CHAT);
  await limited.getByRole("button", { name: "Try again", exact: true }).click();
  await visit.answers.last().locator("button.ew-cite").first().waitFor({ timeout: 20_000 });
  await visit.leave();
});

test("a refusal is told in its own words, a fault of the service is not", async () => {
  const visit = await shop.visit();
  await visit.open();
  await visit.page.route(CHAT, answering({ detail: "The agent is not published.", code: "NOT_FOUND" }, { status: 404 }));
  assert.match(await (await visit.ask("One?")).innerText(), /not published/);
  await visit.page.route(CHAT, answering({ detail: "secret stack trace", code: "INTERNAL" }, { status: 500 }));
  const failed = await (await visit.ask("Two?")).innerText();
  assert.match(failed, /Something went wrong/);
  assert.doesNotMatch(failed, /stack trace/);
  await visit.page.route(CHAT, answering("<html>502</html>", { status: 502 }));
  assert.match(await (await visit.ask("Three?")).innerText(), /Something went wrong/);
  const reported = [{ type: "start", message_id: "m" }, { type: "token", content: "Well, " }, { type: "error", code: "MODEL", detail: "The model does not answer." }];
  await visit.page.route(CHAT, answering(reported));
  const answered = await (await visit.ask("Four?")).innerText();
  assert.match(answered, /Well,/);
  assert.match(answered, /model does not answer/);
  assert.equal(await visit.chat.getByRole("button", { name: "Try again" }).count(), 1, "only the last question is asked again");
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("frames of an unknown kind, of a wrong shape and no frames at all are read over", async () => {
  const visit = await shop.visit();
  const frames = answer("All is well [1].", [source()]);
  frames.splice(1, 0, { type: "thought", content: "hm" }, { type: "token" }, { type: "token", content: 7 }, null, [], "x");
  await visit.page.route(CHAT, answering(frames));
  await visit.open();
  assert.match(await (await visit.ask("Is it?")).innerText(), /All is well/);
  assert.deepEqual(visit.complaints, []);
  await visit.leave();
});

test("without a network the chat says so, keeps the question and goes on when it is back", async () => {
  const visit = await shop.visit();
  await visit.open();
  await visit.ask(QUESTION);
  await visit.input.fill("What are the limits of each plan?");
  await visit.context.setOffline(true);
  await visit.chat.getByText("You are offline").waitFor();
  assert.ok(await visit.chat.getByRole("button", { name: "Send" }).isDisabled());
  await visit.input.press("Enter");
  assert.equal(await visit.input.inputValue(), "What are the limits of each plan?");
  await visit.context.setOffline(false);
  await visit.chat.getByText("You are offline").waitFor({ state: "detached" });
  await visit.input.press("Enter");
  await visit.answers.nth(1).locator("button.ew-cite").first().waitFor({ timeout: 20_000 });
  await visit.leave();
});

test("opened without a network, the chat says so and loads when asked again", async () => {
  const visit = await shop.visit();
  await visit.launcher.waitFor();
  await visit.context.setOffline(true);
  await visit.launcher.click();
  await visit.page.locator("edgewise-chat").getByText("You are offline").waitFor();
  await visit.context.setOffline(false);
  await visit.page.locator("edgewise-chat").getByRole("button", { name: "Try again" }).click();
  await visit.input.waitFor();
  await visit.leave();
});

test("an answer can be stopped, and what has come stays", async () => {
  const visit = await shop.visit();
  await visit.page.route(CHAT, answering(answer("word ".repeat(3_000))));
  await visit.open();
  const message = await visit.begin("Go on?");
  await visit.chat.getByRole("button", { name: "Stop answering" }).click();
  await message.getByText("Stopped").waitFor();
  assert.match(await message.innerText(), /word/);
  assert.ok(await visit.input.evaluate((it) => it === document.activeElement), "the focus is in the input");
  await visit.leave();
});

test("a token that the service no longer takes is renewed without the visitor's knowing", async () => {
  const visit = await shop.visit();
  await visit.open();
  let refused = 0;
  await visit.page.route(CHAT, (route) => {
    refused += 1;
    return refused === 1 ? answering({ detail: "over", code: "UNAUTHENTICATED" }, { status: 401 })(route) : route.continue();
  });
  assert.match(await (await visit.ask(QUESTION)).innerText(), /argon2/i);
  assert.equal(refused, 2);
  await visit.leave();
});

test("a page that may no longer use the agent is told so, without an offer to try again", async () => {
  const visit = await shop.visit();
  await visit.page.route(CHAT, answering({ detail: "no", code: "FORBIDDEN" }, { status: 403 }));
  await visit.open();
  const refused = await visit.ask(QUESTION);
  assert.match(await refused.innerText(), /not allowed to use this chat/);
  assert.equal(await refused.getByRole("button", { name: "Try again" }).count(), 0);
  await visit.leave();
});

test("a chat whose files do not load says so instead of turning for ever", async () => {
  const visit = await shop.visit();
  await visit.page.route("**/embed/app_bg.wasm", (route) => route.fulfill({ status: 503 }));
  await visit.launcher.click();
  await visit.page.locator("edgewise-chat").getByText("not available").waitFor();
  await visit.page.unroute("**/embed/app_bg.wasm");
  await visit.page.locator("edgewise-chat").getByRole("button", { name: "Try again" }).click();
  await visit.input.waitFor();
  await visit.leave();
});
