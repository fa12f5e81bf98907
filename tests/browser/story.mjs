// What every story of the page stands on: a Chromium, its page, the faults it watches for, and steps that keep a picture.
// Needs TOA_BROWSER_{WEB,EMAIL,PASSWORD}; TOA_BROWSER_OUT is where pictures go.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { watch } from "./faults.mjs";

export const { TOA_BROWSER_WEB: WEB, TOA_BROWSER_EMAIL: EMAIL, TOA_BROWSER_PASSWORD: PASSWORD } = process.env;
export const DEADLINE_MS = 30_000;
export const STEP = { timeout: 4 * DEADLINE_MS };
const OUT = process.env.TOA_BROWSER_OUT ?? "screenshots";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Set when the first step begins. */
export let browser, page, faults;

/** To be called once, before the steps; `prepared` is awaited before the first of them. */
export function begin(prepared = async () => {}) {
  before(async () => {
    assert.ok(WEB && EMAIL && PASSWORD, "set TOA_BROWSER_WEB, TOA_BROWSER_EMAIL and TOA_BROWSER_PASSWORD");
    mkdirSync(OUT, { recursive: true });
    browser = await launch({ colorScheme: "light" });
    browser.context.setDefaultTimeout(DEADLINE_MS);
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
    faults = watch(page, new URL(WEB).origin);
    await prepared();
  }, STEP);
  after(async () => {
    await browser?.close();
  }, STEP);
}

/** A step of the story; what the page looked like when it failed is kept. */
export function step(name, told) {
  test(name, STEP, async () => {
    try {
      await told();
    } catch (error) {
      await picture(page, `failed: ${name}`.replaceAll(/[^\w. -]/g, "_"));
      throw error;
    }
  });
}

export async function picture(at, name, { fullPage = true } = {}) {
  await at.screenshot({ path: join(OUT, `${name}.png`), fullPage });
}

/** What axe finds to be inaccessible. */
export async function inaccessible(at) {
  await at.evaluate(AXE);
  const { violations } = await at.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join("\n  ")}`);
}
