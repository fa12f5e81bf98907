// Settings, members, keys and the audit log of a workspace, in a real Chromium. Needs what page.spec.mjs needs.
import assert from "node:assert/strict";
import { signedInApi } from "./api.mjs";
import { begin, DEADLINE_MS, EMAIL, faults, inaccessible, page, PASSWORD, picture, step, WEB } from "./story.mjs";
import { eventually } from "./waiting.mjs";

const PAGES = ["/workspace", "/workspace/members", "/workspace/keys", "/workspace/audit", "/invitation#guessed"];

let api, key;

begin(async () => {
  api = await signedInApi({ web: WEB, email: EMAIL, password: PASSWORD });
});

const button = (name, within = page) => within.getByRole("button", { name, exact: true });
const within = (name) => page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name });

async function withKey() {
  return (await fetch(`${WEB}/v1/accounts`, { headers: { authorization: `Bearer ${key}` } })).status;
}

step("a workspace is renamed", async () => {
  await page.goto(`${WEB}/workspace`);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button("Sign in").click();
  const form = page.getByRole("form", { name: "Settings" });
  await form.getByLabel("Name").fill("Studio Nord");
  await button("Save", form).click();
  await form.getByText("Saved.").waitFor();
  assert.equal((await api.get("/auth/v1/workspace")).name, "Studio Nord");
  await picture(page, "workspace");
});

step("a key is made, shown once, and opens the API", async () => {
  await within("API keys").click();
  const form = page.getByRole("form", { name: "Make a key" });
  await form.getByLabel("Name").fill("Reports");
  await button("Make a key", form).click();
  key = await page.getByTestId("made-key").locator("pre").textContent();
  assert.match(key, /^toa_[0-9a-f]+_/);
  await eventually(async () => assert.equal(await withKey(), 200), { deadlineMs: DEADLINE_MS });
  await picture(page, "keys");
  await page.reload();
  await page.getByTestId("keys").locator("li[data-key=Reports]").waitFor();
  assert.ok(!(await page.content()).includes(key.split("_")[2]), "the secret is not shown again");
});

step("its last use is shown", async () => {
  assert.ok(key);
  const used = async () => (await api.get("/auth/v1/keys")).keys.find(({ name }) => name === "Reports").last_used_at;
  await eventually(async () => assert.notEqual(await used(), null), { deadlineMs: 3 * DEADLINE_MS });
  await page.reload();
  await page.getByTestId("keys").locator("li[data-key=Reports]").getByText("Last used").waitFor();
});

step("a revoked key opens nothing", async () => {
  assert.equal(await withKey(), 200);
  const entry = page.getByTestId("keys").locator("li[data-key=Reports]");
  await button("Revoke", entry).click();
  await button("Revoke this key", entry).click();
  await entry.and(page.locator("[data-state=revoked]")).waitFor();
  await eventually(async () => assert.equal(await withKey(), 401), { deadlineMs: DEADLINE_MS });
});

step("somebody is invited and the invitation revoked", async () => {
  await within("Members").click();
  await page.getByTestId("members").locator("li[data-role=owner]").getByText("(you)").waitFor();
  const form = page.getByRole("form", { name: "Invite" });
  await form.getByLabel("Email").fill("new@example.test");
  await button("Invite", form).click();
  const entry = page.getByTestId("invitations").locator("li[data-invited='new@example.test']");
  await entry.waitFor();
  await picture(page, "members");
  await button("Revoke", entry).click();
  await button("Revoke this invitation", entry).click();
  await entry.waitFor({ state: "detached" });
  assert.deepEqual((await api.get("/auth/v1/invitations")).invitations, []);
});

step("the log tells all of it and is whole", async () => {
  await within("Audit log").click();
  await page.getByTestId("audit-whole").waitFor();
  const shown = page.getByTestId("audit").locator("tbody tr");
  await shown.first().waitFor();
  const actions = await shown.evaluateAll((rows) => rows.map((row) => row.dataset.action));
  for (const action of ["workspace_changed", "key_created", "key_revoked", "member_invited", "invitation_revoked"]) {
    assert.ok(actions.includes(action), action);
  }
  await picture(page, "audit");
});

step("another workspace is made and gone to, and back", async () => {
  await within("Settings").click();
  await page.getByLabel("Its name").fill("Second");
  await button("Create").click();
  const chosen = page.getByTestId("switch-workspace");
  await chosen.click();
  await page.getByRole("option", { name: "Second" }).click();
  await eventually(async () => assert.equal(await page.getByRole("form", { name: "Settings" }).getByLabel("Name").inputValue(), "Second"), {
    deadlineMs: DEADLINE_MS,
  });
  await chosen.click();
  await page.getByRole("option", { name: "Studio Nord" }).click();
  await eventually(async () => assert.equal(await page.getByRole("form", { name: "Settings" }).getByLabel("Name").inputValue(), "Studio Nord"), {
    deadlineMs: DEADLINE_MS,
  });
});

for (const scheme of ["light", "dark"]) {
  step(`the pages are accessible (${scheme})`, async () => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of PAGES) {
      await page.goto(`${WEB}${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByLabel("Loading").waitFor({ state: "detached" });
      assert.deepEqual(await inaccessible(page), [], `axe on ${path}`);
    }
  });
}

step("they fit a phone", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of PAGES) {
    await page.goto(`${WEB}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByLabel("Loading").waitFor({ state: "detached" });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wider, 0, `pixels that ${path} is wider than the screen`);
  }
});

step("nothing failed behind the scenes", async () => {
  // The guessed invitation is refused, as it should be.
  const found = faults().filter((fault) => !fault.includes("/auth/v1/invitations/look"));
  assert.deepEqual(found.slice(0, 10), [], `${found.length} faults`);
});
