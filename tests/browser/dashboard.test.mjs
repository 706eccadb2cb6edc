// The dashboard in Chromium against a running installation, with the demo account: BASE_URL and CREDENTIALS name them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, credentials, launch, mailedCode, open, overflow, signIn } from "./dashboard_lib.mjs";

const demo = await credentials();
const within = (page) => `/dashboard/w/${demo.workspace_id}${page && `/${page}`}`;
const unique = (name) => `${name} ${Date.now().toString(36)}`;
const text = (name, body) => ({ name, mimeType: "text/markdown", buffer: Buffer.from(body) });
let browser, context, page, complaints;

before(async () => {
  browser = await launch();
  ({ page, context, complaints } = await open(browser));
  await signIn(page, demo);
});

after(async () => {
  await browser?.close();
});

async function visit(at, heading) {
  await page.goto(demo.base_url + within(at));
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}

async function reply(question) {
  await page.getByLabel("Ask the agent").fill(question);
  await page.getByRole("button", { name: "Send" }).click();
  const verdict = page.locator(".verdict").last();
  await verdict.waitFor();
  return verdict;
}

test("a wrong password is told and nobody is signed in", async () => {
  const other = await open(browser);
  await other.page.goto(`${demo.base_url}/dashboard/sign-in`);
  await other.page.getByLabel("E-mail").fill(demo.email);
  await other.page.getByLabel("Password", { exact: true }).fill("not-the-password");
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.getByText("That e-mail address and password do not match.").waitFor();
  assert.match(other.page.url(), /sign-in/);
  await other.context.close();
});

test("whoever is signed out is led to sign in and back to where they wanted to go", async () => {
  const other = await open(browser);
  await other.page.goto(demo.base_url + within("documents?status=COMPLETED"));
  await other.page.waitForURL(/sign-in\?next=/);
  await other.page.getByLabel("E-mail").fill(demo.email);
  await other.page.getByLabel("Password", { exact: true }).fill(demo.password);
  await other.page.keyboard.press("Enter");
  await other.page.waitForURL(/documents\?status=COMPLETED$/);
  await other.context.close();
});

test("the form says what is missing, at its field, before anything is sent", async () => {
  const other = await open(browser);
  await other.page.goto(`${demo.base_url}/dashboard/sign-up`);
  await other.page.getByRole("button", { name: "Create account" }).click();
  await other.page.getByText("Enter your name.").waitFor();
  assert.equal(await other.page.getByLabel("Your name").getAttribute("aria-invalid"), "true");
  assert.equal(await other.page.evaluate(() => document.activeElement?.getAttribute("name")), "full_name");
  await other.context.close();
});

test("an account is made with the mailed code, and its forgotten password is replaced with another", async () => {
  const other = await open(browser);
  const address = `new-${Date.now().toString(36)}@example.com`;
  await other.page.goto(`${demo.base_url}/dashboard/sign-up`);
  await other.page.getByLabel("Your name").fill("Grace Hopper");
  await other.page.getByLabel("Work e-mail").fill(address);
  await other.page.getByLabel("Password", { exact: true }).fill("a password of words");
  await other.page.keyboard.press("Enter");
  await other.page.getByRole("heading", { level: 1, name: "Check your e-mail" }).waitFor();
  const first = await mailedCode(demo, address);
  await other.page.getByLabel("Code").fill(first === "000000" ? "000001" : "000000");
  await other.page.getByText(/code/i).and(other.page.locator("[role=alert] *, .field__note--bad")).first().waitFor();
  await other.page.getByLabel("Code").fill(first);
  await other.page.getByText("Make your first workspace").waitFor();
  await other.context.close();

  const later = await open(browser);
  await later.page.goto(`${demo.base_url}/dashboard/forgot-password`);
  await later.page.getByLabel("E-mail").fill(address);
  await later.page.keyboard.press("Enter");
  await later.page.getByRole("heading", { level: 1, name: "Choose a new password" }).waitFor();
  await later.page.getByLabel("Code").fill(await mailedCode(demo, address, [first]));
  await later.page.getByLabel("New password").fill("another password of words");
  await later.page.keyboard.press("Enter");
  await later.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await signIn(later.page, { ...demo, email: address, password: "another password of words" });
  await later.page.getByText("Make your first workspace").waitFor();
  await later.context.close();
});

test("the overview shows the workspace and its figures", async () => {
  await page.goto(demo.base_url + within(""));
  await page.locator(".figures").waitFor();
  const documents = page.locator(".figure", { hasText: "Documents" }).locator("dd");
  assert.ok(Number((await documents.textContent()).replace(/\D/g, "")) > 0);
});

test("the demo's documents are completed, and the filter lives in the address", async () => {
  await visit("documents", "Knowledge");
  await page.locator("tbody tr").first().waitFor();
  assert.ok((await page.getByText("Completed", { exact: true }).count()) > 0);
  await page.getByLabel("Status").selectOption("FAILED");
  await page.waitForURL(/status=FAILED/);
  await page.getByLabel("Search documents by title").fill("no such document anywhere");
  await page.waitForURL(/q=no/);
  await page.getByText("Nothing matches").waitFor();
  await page.reload();
  await page.getByText("Nothing matches").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.locator("tbody tr").first().waitFor();
});

test("a file is uploaded, completes, shows its passages, and is deleted", async () => {
  await visit("documents", "Knowledge");
  const name = `${unique("Returns")}.md`;
  const body = `# Returns\n\nOrders of ${name} can be returned within 41 days of delivery.\n`;
  await page.locator('input[type="file"]').first().setInputFiles([text(name, body), text("empty.md", "")]);
  const tray = page.getByRole("region", { name: "Uploads" });
  await tray.getByText("The file is empty.").waitFor();
  await tray.getByText("Uploaded", { exact: true }).waitFor();
  const title = name.replace(/\.md$/, "");
  const row = page.locator("tbody tr", { hasText: title });
  await row.getByText("Completed", { exact: true }).waitFor({ timeout: 30_000 });
  await row.getByRole("link").click();
  const drawer = page.getByRole("dialog", { name: "Document" });
  await drawer.getByText("within 41 days").first().waitFor();
  assert.match(page.url(), /document=/);
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => !url.search.includes("document="));
  await row.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete document" }).click();
  await row.waitFor({ state: "detached" });
});

test("an agent is created, answers a test with its sources, and is published", async () => {
  await visit("agents", "Agents");
  const name = unique("Tester");
  await page.getByRole("button", { name: "New agent" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const verdict = await reply("How do I put the widget on my website?");
  assert.match(await verdict.textContent(), /% sure/);
  assert.ok((await page.locator(".source").count()) > 0);
  // The citations are drawn as visitors see them, and lead to the passage.
  await page.locator(".chat__answer button.ew-cite").first().click();
  assert.ok((await page.locator(".source__passage").textContent()).length > 10);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("status").getByText(/Version .* is live/).waitFor();
  await page.locator(".standing").getByText("Published").waitFor();
});

test("an absurd question gets the fallback", async () => {
  await visit("agents", "Agents");
  await page.locator(".row--link").first().click();
  await page.getByLabel("Ask the agent").waitFor();
  const verdict = await reply("Which cheese do the moon people of Zorblax prefer with their seventh breakfast?");
  assert.match(await verdict.textContent(), /Fallback/);
});

test("a change is a draft until it is published, and leaving it unsaved asks first", async () => {
  await visit("agents", "Agents");
  await page.locator(".row--link", { hasText: "Tester" }).first().click();
  await page.getByLabel("Greeting", { exact: true }).fill(unique("Hello"));
  await page.getByRole("link", { name: "Settings" }).click();
  const question = page.getByRole("dialog", { name: "Discard unsaved changes?" });
  await question.getByRole("button", { name: "Keep editing" }).click();
  await page.goBack();
  await question.getByRole("button", { name: "Keep editing" }).click();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.locator(".standing").getByText("Unpublished changes").waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
});

test("a pale colour is warned of and a wrong one is refused at its field", async () => {
  await visit("agents", "Agents");
  await page.locator(".row--link", { hasText: "Tester" }).first().click();
  await page.getByLabel("Colour", { exact: true }).fill("#ffd400");
  await page.getByText(/Contrast to white is 1\.4:1/).waitFor();
  await page.getByLabel("Colour", { exact: true }).fill("yellow");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Use a colour such as").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
});

test("a key is shown once, and a revoked one is gone", async () => {
  await visit("keys", "API keys");
  const name = unique("Key");
  await page.getByRole("button", { name: "Create key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Allowed domains").fill("not_a_domain");
  await page.keyboard.press("Enter");
  await dialog.getByText(/is not a domain/).waitFor();
  await dialog.getByLabel("Allowed domains").fill("https://Shop.Example.com:8443/a, *.example.org");
  await page.keyboard.press("Enter");
  assert.deepEqual(await dialog.locator(".chip").allTextContents(), ["shop.example.com", "*.example.org"]);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const key = await dialog.getByTestId("new-key").textContent();
  assert.match(key, /^pk_live_\w{38}$/);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  const row = page.locator("tbody tr", { hasText: name });
  await row.waitFor();
  assert.ok(!(await page.content()).includes(key));
  await row.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await row.waitFor({ state: "detached" });
});

test("a workspace is made, greets with its first step, and is deleted by typing its name", async () => {
  await page.goto(`${demo.base_url}/dashboard/?all`);
  const name = unique("Scratch");
  await page.getByRole("button", { name: "New workspace" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByText("0 of 5 done").waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Delete workspace" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete workspace" }).click();
  await dialog.getByText(`Type ${name} to go on.`).waitFor();
  await dialog.getByRole("textbox").fill(name);
  await dialog.getByRole("button", { name: "Delete workspace" }).click();
  await page.getByRole("heading", { level: 1, name: "Workspaces" }).waitFor();
  await page.getByText(name).waitFor({ state: "detached" });
});

test("an address that leads nowhere says so", async () => {
  await page.goto(`${demo.base_url}/dashboard/nowhere/at/all`);
  await page.getByText("There is no such page").waitFor();
  await page.goto(demo.base_url + within("agents/agent_that_never_was"));
  await page.getByText("Not found", { exact: true }).waitFor();
});

const PAGES = [
  ["", () => page.locator(".figures")],
  ["documents", () => page.locator("tbody tr").first()],
  ["agents", () => page.locator(".row--link").first()],
  ["keys", () => page.locator("tbody tr, .empty").first()],
  ["settings", () => page.getByRole("button", { name: "Save" })],
];

async function walk(check) {
  for (const [at, there] of PAGES) {
    await page.goto(demo.base_url + within(at));
    await there().waitFor();
    await check(at || "overview");
  }
  await visit("agents", "Agents");
  await page.locator(".row--link").first().click();
  await page.getByLabel("Ask the agent").waitFor();
  await check("agent");
}

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing on any page in the ${theme} theme`, async () => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await walk(async (at) => assert.deepEqual(await axe(page), [], `${at}, ${theme}`));
    await visit("keys", "API keys");
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("dialog").waitFor();
    assert.deepEqual(await axe(page), [], `dialog, ${theme}`);
    await page.keyboard.press("Escape");
  });

  test(`axe finds nothing on the sign-in page in the ${theme} theme`, async () => {
    const other = await open(browser, { colorScheme: theme, reducedMotion: "reduce" });
    for (const at of ["sign-in", "sign-up", "verify?email=a@example.com", "forgot-password", "reset-password?email=a@example.com"]) {
      await other.page.goto(`${demo.base_url}/dashboard/${at}`);
      await other.page.getByRole("heading", { level: 1 }).waitFor();
      assert.deepEqual(await axe(other.page), [], `${at}, ${theme}`);
    }
    await other.context.close();
  });
}

test("nothing scrolls sideways at 360 pixels", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await walk(async (at) => assert.equal(await overflow(page), 0, at));
  await page.getByRole("button", { name: "Open navigation" }).click();
  await page.getByRole("dialog", { name: "Navigation" }).getByRole("link", { name: "API keys" }).click();
  await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
  assert.equal(await overflow(page), 0, "keys");
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("the whole way from the address to the first document works without a mouse", async () => {
  await page.goto(demo.base_url + within(""));
  await page.locator(".figures").waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to content");
  const reach = async (name) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === name) return;
    }
    assert.fail(`"${name}" was not reached with Tab`);
  };
  await reach("Knowledge");
  await page.keyboard.press("Enter");
  await page.locator("tbody tr").first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  const first = (await page.locator("tbody tr a").first().textContent()).trim();
  await reach(first);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Document" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Document" }).waitFor({ state: "hidden" });
});

test("signing out ends the session in every tab", async () => {
  const second = await context.newPage();
  await second.goto(demo.base_url + within("agents"));
  await second.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
  await page.goto(demo.base_url + within(""));
  await page.locator(".sidebar .navigation__end .menu__button").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in$/);
  await second.waitForURL(/sign-in/);
  await second.close();
});

test("the pages complained of nothing on the way", () => {
  assert.deepEqual(complaints, []);
});
