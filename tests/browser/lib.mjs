// What the widget's browser tests share: pages of customers, served on this machine, with the chat on them.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { credentials, launch } from "./dashboard_lib.mjs";

export const demo = await credentials();

/** The tags that put the widget on a page, from an installation, with settings of the page's own. */
export const snippet = (settings = {}, from = demo.base_url) => `
<script type="application/json" id="settings">${JSON.stringify({ agentId: demo.agent_id, apiKey: demo.keys.widget, ...settings })}</script>
<script src="${from}/widget.js"></script><script src="/init.js"></script>`;

const INIT = "InsydrAI.init(JSON.parse(document.getElementById('settings').textContent));";

/** A widget key of the demo's workspace that allows these domains. */
export async function ownKey(allowed_domains) {
  const call = async (path, body, headers = {}) => {
    const response = await fetch(demo.base_url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${answer.detail}`);
    return answer;
  };
  const { access_token } = await call("/api/v1/auth/login", { email: demo.email, password: demo.password });
  const { key } = await call(
    `/api/v1/workspaces/${demo.workspace_id}/api-keys`,
    { name: "A test's", allowed_domains },
    { authorization: `Bearer ${access_token}` },
  );
  return key;
}

/** A page of a customer's: a server on a free port, one browser, and what the tests do with them. */
export async function site() {
  const browser = await launch();
  let page = { body: "", headers: {} };
  const server = createServer((request, response) => {
    if (request.url === "/init.js") {
      return response.writeHead(200, { "content-type": "text/javascript" }).end(INIT);
    }
    if (!request.url.startsWith("/page")) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
    return response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">${page.head ?? ""}</head>
      <body><main><h1>Shop</h1><p>Shoes and boats.</p><a href="#boats">Boats</a></main>${page.body}</body></html>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();

  return {
    /** Opens a page with the widget; what the page complains of is collected. */
    async visit({ body = snippet(), head, headers = {}, host = "127.0.0.1", before, ...options } = {}) {
      page = { body, head, headers };
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      context.setDefaultTimeout(10_000);
      const tab = await context.newPage();
      const complaints = [];
      const requests = [];
      tab.on("pageerror", (error) => complaints.push(String(error)));
      tab.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
      tab.on("console", (message) => {
        const isRefusal = message.text().startsWith("Failed to load resource");
        if (message.type() === "error" && !isRefusal) complaints.push(message.text());
      });
      tab.on("request", (request) => requests.push(request.url()));
      await before?.(tab);
      await tab.goto(`http://${host}:${port}/page`);
      return new Visit(context, tab, complaints, requests);
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** One visitor on one page. */
class Visit {
  constructor(context, page, complaints, requests) {
    Object.assign(this, { context, page, complaints, requests });
    this.launcher = page.locator("edgewise-chat .launcher");
    this.chat = page.frameLocator('edgewise-chat iframe[title="Chat"]');
    this.input = this.chat.getByRole("textbox", { name: "Ask a question…" });
    this.answers = this.chat.locator(".ew-message--agent");
    this.status = this.chat.locator('.ew > [role="status"]');
  }

  async open() {
    await this.launcher.click();
    await this.input.waitFor();
  }

  /** Asks, waits until the answer is complete and returns its element. */
  async ask(question) {
    const answer = await this.begin(question);
    await answer.and(this.chat.locator(":not([aria-busy])")).waitFor({ timeout: 20_000 });
    return answer;
  }

  /** Asks and returns the element of the answer that is to come. */
  async begin(question) {
    const before = await this.answers.count();
    await this.input.fill(question);
    await this.input.press("Enter");
    const answer = this.answers.nth(before);
    await answer.waitFor();
    return answer;
  }

  /** The frame of the chat, for what a locator cannot do. */
  frame() {
    return this.page.frames().find((frame) => frame.url().includes("/embed/"));
  }

  /** What axe holds against the chat or, without a frame, the page; one line each. */
  async axe(frame = this.frame()) {
    const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await frame.evaluate(`${source}; undefined`);
    const found = await frame.evaluate(() => window.axe.run(document, { iframes: false }));
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim()}`),
    );
  }

  /** Records what the page's callbacks hear. */
  async hear(...names) {
    await this.page.evaluate((names) => {
      window.heard = [];
      for (const name of names) window.InsydrAI.on(name, (data) => window.heard.push([name, data]));
    }, names);
  }

  heard() {
    return this.page.evaluate(() => window.heard);
  }

  async leave() {
    await this.context.close();
  }
}

/** Lets the service answer a chat with these frames, in one piece, or refuse it. */
export function answering(frames, { status = 200, headers = {} } = {}) {
  const body = Array.isArray(frames)
    ? frames.map((frame, at) => `id: ${at}\ndata: ${JSON.stringify(frame)}\n\n`).join("")
    : JSON.stringify(frames);
  const type = Array.isArray(frames) ? "text/event-stream" : "application/json";
  return (route) => route.fulfill({ status, body, headers: { "content-type": type, ...headers } });
}

/** The frames of a whole answer. */
export function answer(content, sources = [], { answered = true } = {}) {
  return [
    { type: "start", message_id: "msg_test" },
    ...content.match(/\S*\s*/g).filter(Boolean).map((piece) => ({ type: "token", content: piece })),
    { type: "sources", sources },
    { type: "done", confidence: 0.9, answered },
  ];
}

/** A source; members can be replaced. */
export const source = (members = {}) => ({
  document_id: "doc_test",
  title: "Embedding the widget",
  chunk_preview: "Put the **snippet** before the end of the body.",
  relevance_score: 0.9,
  url: "https://example.com/docs",
  heading_path: ["Embedding", "Install"],
  chunk_index: 0,
  ...members,
});
