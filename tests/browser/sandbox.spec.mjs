// Plays the account holder on the sandbox's own page in a real Chromium. Needs TOA_BROWSER_SANDBOX, its address;
// TOA_BROWSER_OUT is where screenshots go. Started by test_sandbox.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";

const { TOA_BROWSER_SANDBOX: SANDBOX, TOA_BROWSER_OUT: OUT = "screenshots" } = process.env;
const STEP = { timeout: 120_000 };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOUR_MS = 3_600_000;

let browser, page;
const errors = [];

before(async () => {
  browser = await launch({ colorScheme: "light" });
  page = browser.context.pages()[0] ?? (await browser.context.newPage());
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(new URL("?account=northlight.coffee", SANDBOX).href);
}, STEP);

after(async () => {
  await browser?.close();
}, STEP);

const time = async () => Date.parse(await page.locator("time").getAttribute("datetime"));
const section = (title) => page.locator("section", { has: page.getByRole("heading", { name: title }) });

/** Does what makes the page load anew, and waits for that. */
async function reloading(act) {
  await Promise.all([page.waitForEvent("load"), act()]);
}

test("the clock jumps by its buttons", STEP, async () => {
  const before = await time();
  await reloading(() => page.getByRole("button", { name: "+6 hours" }).click());
  assert.ok((await time()) - before >= 6 * HOUR_MS);
  assert.ok((await time()) - before < 7 * HOUR_MS);
});

test("a post is published and deleted", STEP, async () => {
  await section("Publish a post").getByLabel("Caption").fill("Made by a test");
  await section("Publish a post").getByLabel("Kind").selectOption("photo");
  await reloading(() => page.getByRole("button", { name: "Publish" }).click());
  const row = page.getByRole("row", { name: /Made by a test/ });
  assert.match(await row.innerText(), /photo/);
  await reloading(() => row.getByRole("button", { name: "Delete" }).click());
  assert.equal(await row.count(), 0);
});

test("what is refused is said, and nothing is lost", STEP, async () => {
  await section("Publish a post").getByLabel("Caption").fill("For nobody");
  await section("Publish a post").getByLabel("Account").fill("nobody");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("alert").filter({ hasText: "account names nobody" }).waitFor();
  assert.equal(await section("Publish a post").getByLabel("Caption").inputValue(), "For nobody");
});

test("a fault is switched on, and all are cleared", STEP, async () => {
  const faults = section("Faults");
  await faults.getByRole("combobox").selectOption("slow_body");
  await faults.getByRole("textbox", { name: "Path" }).fill("/video/list/");
  await faults.getByRole("spinbutton", { name: "Seconds" }).fill("2");
  await reloading(() => faults.getByRole("button", { name: "Add" }).click());
  const rule = faults.getByRole("row", { name: /slow_body/ });
  await rule.waitFor();
  assert.match(await rule.innerText(), /\/video\/list\/\s+any\s+0\.1/);
  await reloading(() => faults.getByRole("button", { name: "Clear all faults" }).click());
  await faults.getByRole("combobox").waitFor();
  assert.equal(await rule.count(), 0);
});

test("accounts are paged and found by name", STEP, async () => {
  await page.getByRole("link", { name: "Next" }).first().click();
  await page.getByText(/^21–40 of /).waitFor();
  await page.getByLabel("Go to an account").fill("@jonas.bakes");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: "Posts of @jonas.bakes" }).waitFor();
});

test("nothing is inaccessible, wide or narrow", STEP, async () => {
  for (const [name, width] of [["wide", 1280], ["narrow", 390]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    await page.screenshot({ path: join(OUT, `sandbox-${name}.png`), fullPage: true });
  }
  assert.deepEqual(errors, []);
});
