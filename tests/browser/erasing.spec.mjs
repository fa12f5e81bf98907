// Letting go in a real Chromium: disconnecting an account, erasing it, erasing the workspace, and the receipts.
// Needs TOA_BROWSER_{WEB,EMAIL,PASSWORD}. The workspace is empty afterwards: the last of the stories.
import assert from "node:assert/strict";
import { signedInApi } from "./api.mjs";
import { begin, DEADLINE_MS, EMAIL, faults, inaccessible, page, PASSWORD, picture, step, WEB } from "./story.mjs";
import { eventually } from "./waiting.mjs";

const ERASED = { timeout: 3 * DEADLINE_MS };

let api, account;

begin(async () => {
  api = await signedInApi({ web: WEB, email: EMAIL, password: PASSWORD });
});

const button = (name, within = page) => within.getByRole("button", { name, exact: true });
const card = () => page.locator(`li[data-account="${account.account_id}"]`);
const receipts = () => page.getByTestId("erasures").getByRole("listitem");
const connections = async () => (await api.get("/auth/v1/connections")).connections;

step("disconnecting says what stops and what stays, and may be thought over", async () => {
  account = (await connections()).at(-1);
  await page.goto(`${WEB}/connections`);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button("Sign in").click();
  await button("Disconnect", card()).click();
  await card().getByText("All figures until now stay").waitFor();
  assert.deepEqual(await inaccessible(page), []);
  await picture(page, "disconnect");
  await button("Cancel", card()).click();
  assert.equal((await connections()).at(-1).status, "connected");
});

step("a disconnected account stays in the list, to be connected again", async () => {
  await button("Disconnect", card()).click();
  await button("Disconnect it", card()).click();
  await card().and(page.locator("[data-status=disconnected]")).waitFor();
  await button("Disconnect", card()).waitFor({ state: "detached" });
  await button("Connect again", card()).waitFor();
});

step("erasing asks for the account's name", async () => {
  await button("Erase the account", card()).click();
  const form = card().getByRole("form", { name: `Erase the account ${account.username}` });
  const name = form.getByLabel(`Type ${account.username} to erase it`);
  await name.fill("something else");
  assert.ok(await button("Erase for ever", form).isDisabled());
  await name.fill(account.username);
  assert.deepEqual(await inaccessible(page), []);
  await picture(page, "erase-account");
  await button("Erase for ever", form).click();
  await card().getByRole("link", { name: "See how far it is" }).click();
});

step("the receipt names each store, and until when topics keep copies", async () => {
  await receipts().and(page.locator("[data-done=true]")).waitFor(ERASED);
  const outcomes = await page.locator("[data-store]").evaluateAll((rows) => rows.map(({ dataset }) => [dataset.store, dataset.outcome]));
  assert.deepEqual(Object.fromEntries(outcomes), { auth: "erased", ingestor: "erased", clickhouse: "erased", query: "erased" });
  await page.locator("[data-topic='tiktok.post-snapshots.v1']").getByText(/\d{4}/).waitFor();
  assert.ok((await connections()).every(({ account_id }) => account_id !== account.account_id));
  assert.deepEqual(await inaccessible(page), []);
  await picture(page, "receipt");
});

step("the workspace is erased by its name, with all its accounts", async () => {
  const { name } = await api.get("/auth/v1/workspace");
  await button("Erase the workspace").click();
  await page.getByLabel(`Type ${name} to erase it`).fill(name);
  await picture(page, "erase-workspace");
  await button("Erase for ever").click();
  await receipts().filter({ hasText: "The whole workspace" }).and(page.locator("[data-done=true]")).waitFor(ERASED);
  assert.deepEqual(await connections(), []);
  await eventually(async () => assert.equal(await button("Erase the workspace").count(), 0), { deadlineMs: DEADLINE_MS });
  await picture(page, "receipts");
});

step("the pages fit a phone, in the dark too", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await receipts().first().waitFor();
  assert.deepEqual(await inaccessible(page), []);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wider, 0, "pixels that the page is wider than the screen");
  await picture(page, "receipts-phone");
});

step("nothing failed behind the scenes", async () => {
  assert.deepEqual(faults(), []);
});
