// What the dashboard's browser tests share: a browser, a signed-in page, axe.
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The demo account and where it lives, as `cargo xtask dev` has written them. */
export async function credentials() {
  const file = process.env.CREDENTIALS ?? ".dev/credentials.json";
  const made = JSON.parse(await readFile(file, "utf8"));
  return { ...made, base_url: process.env.BASE_URL ?? made.base_url };
}

/** A browser of this machine. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: FLAGS });
}

/** A page that fails its test on whatever the page itself complains of: exceptions, refused content, console errors. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A refused request is an answer like any other: the browser logs it, the page handles it.
    const refused = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !refused) complaints.push(message.text());
  });
  return { page, context, complaints };
}

/** Signs in by the form and waits for the first page. */
export async function signIn(page, { base_url, email, password }, next = "") {
  await page.goto(`${base_url}/dashboard/sign-in${next && `?next=${encodeURIComponent(next)}`}`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}

/** Returns what axe holds against the page, WCAG 2.2 AA, one line each. */
export async function axe(page) {
  const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // Through the debugger, which the content security policy of the page does not bind.
  await page.evaluate(`${source}; undefined`);
  const found = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")} (${node.failureSummary?.split("\n")[1]?.trim()})`),
  );
}

/** Returns by how many pixels the page is wider than its window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Returns the code in a mail to `address` that is none of `known`; mails are files below `mail_dir`. */
export async function mailedCode({ mail_dir }, address, known = []) {
  for (let tries = 0; tries < 50; tries += 1) {
    const names = (await readdir(mail_dir, { recursive: true })).filter((name) => name.endsWith(".txt"));
    for (const name of names) {
      const mail = await readFile(join(mail_dir, name), "utf8").catch(() => "");
      const code = mail.includes(address) && /^\d{6}$/m.exec(mail)?.[0];
      if (code && !known.includes(code)) return code;
    }
    await sleep(200);
  }
  throw new Error(`no mail to ${address} in ${mail_dir}`);
}
