// Drives the page of a running system in a real Chromium and compares what it shows with what the API answers.
// Needs TOA_BROWSER_{WEB,EMAIL,PASSWORD}; TOA_BROWSER_OUT is where screenshots go. Started by test_page.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { signedInApi } from "./api.mjs";
import { parse } from "./csv.mjs";
import { begin, browser, DEADLINE_MS, EMAIL, faults, inaccessible, page, PASSWORD, picture, step, WEB } from "./story.mjs";
import { eventually } from "./waiting.mjs";

const SERIES = {
  followers: { title: "Followers", metrics: ["followers", "net_followers", "new_followers", "lost_followers"] },
  video_views: { title: "Video Views", metrics: ["video_views"] },
  post_engagement: { title: "Post Engagement", metrics: ["engagement", "applause", "conversation", "amplification"] },
};
const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

let api;

begin(async () => {
  api = await signedInApi({ web: WEB, email: EMAIL, password: PASSWORD });
});

const widget = (slug) => page.getByTestId(`widget-${slug}`);
const settled = (slug) => widget(slug).and(page.locator('[data-state="ready"][aria-busy="false"]')).waitFor();
const allSettled = () => Promise.all([...Object.keys(SERIES), "post_explorer"].map(settled));

/** The range the page asks with, as its own requests say it. */
async function shownRange() {
  const { meta } = await api.get("/v1/widgets/followers");
  const asked = new URL(page.url()).searchParams;
  if (asked.has("from")) return { from: asked.get("from"), to: asked.get("to") };
  const days = Number(asked.get("days") ?? 28);
  return { from: addDays(meta.to, -days), to: meta.to };
}

function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

async function showAsTable(slug) {
  const button = page.getByRole("button", { name: `Show as table: ${SERIES[slug].title}` });
  if (await button.isVisible()) await button.click();
  await widget(slug).getByRole("table").waitFor();
}

/** The rows of a widget's table: exact values and the texts people read. */
function tableOf(slug, rowAttribute) {
  return widget(slug)
    .locator(`tbody tr[${rowAttribute}]`)
    .evaluateAll(
      (rows, attribute) =>
        rows.map((row) => ({
          key: row.getAttribute(attribute),
          cells: Object.fromEntries(
            [...row.querySelectorAll("[data-metric]")].map((cell) => {
              const data = cell.querySelector("data, time");
              const value = data?.getAttribute("value") ?? data?.getAttribute("datetime") ?? null;
              return [cell.dataset.metric, { value, text: cell.textContent.trim() }];
            }),
          ),
        })),
      rowAttribute,
    );
}

function rowsOf(answer) {
  const names = answer.columns.map(({ name }) => name);
  return answer.rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]])));
}

const asText = (value) => (value === null ? null : String(value));

/** Collection goes on while we look: reload and compare anew until both sides speak of the same moment. */
async function eventuallyShows(slug, compare) {
  await eventually(
    async () => {
      await allSettled();
      if (slug in SERIES) await showAsTable(slug);
      await compare();
    },
    { deadlineMs: DEADLINE_MS, between: () => page.reload() },
  );
}

async function seriesEqualsApi(slug) {
  const { from, to } = await shownRange();
  const answer = await api.get(`/v1/widgets/${slug}?from=${from}&to=${to}`);
  const shown = await tableOf(slug, "data-day");
  const expected = rowsOf(answer).toReversed();
  assert.deepEqual(
    shown.map(({ key }) => key),
    expected.map(({ day }) => day),
    `${slug}: the days of the range, newest first`,
  );
  for (const [place, row] of expected.entries()) compareRow(slug, row, shown[place]);
  await compareTotals(slug, answer.totals);
  return expected;
}

function compareRow(slug, row, shown) {
  for (const metric of SERIES[slug].metrics) {
    const { value, text } = shown.cells[metric];
    assert.equal(value, asText(row[metric]), `${slug} ${row.day} ${metric}`);
    assert.equal(text, row[metric] === null ? "–" : WHOLE.format(row[metric]), `${slug} ${row.day} ${metric} as text`);
  }
}

async function compareTotals(slug, totals) {
  if (totals === null) return;
  for (const metric of SERIES[slug].metrics) {
    const figure = widget(slug).getByTestId(`total-${metric}`);
    const shown = (totals[metric] ?? null) === null ? null : await figure.locator("data").getAttribute("value");
    assert.equal(shown, asText(totals[metric] ?? null), `${slug}: total of ${metric}`);
  }
}

async function explorerEqualsApi(query) {
  const { from, to } = await shownRange();
  const answer = await api.get(`/v1/widgets/post_explorer?from=${from}&to=${to}&limit=10&${query}`);
  const shown = await tableOf("post_explorer", "data-post");
  const expected = rowsOf(answer);
  assert.deepEqual(shown.map(({ key }) => key), expected.map(({ post_id }) => post_id), `posts of ${query}`);
  const figures = answer.columns.filter(({ role }) => role === "metric").map(({ name }) => name);
  for (const [place, post] of expected.entries()) {
    assert.deepEqual(Object.keys(shown[place].cells), ["published_at", ...figures], "every figure of a post has its column");
    for (const [metric, { value }] of Object.entries(shown[place].cells)) {
      assert.equal(value, asText(post[metric]), `post ${post.post_id} ${metric}`);
    }
  }
  return answer;
}

step("a wrong password is refused with a reason", async () => {
  const stranger = await browser.context.newPage(); // its refused request is no fault of the page
  await stranger.goto(WEB);
  await stranger.getByLabel("Email").fill(EMAIL);
  await stranger.getByLabel("Password", { exact: true }).fill(`${PASSWORD}-not`);
  await stranger.getByRole("button", { name: "Sign in" }).click();
  await stranger.getByRole("alert").waitFor();
  assert.equal(await stranger.getByRole("heading", { name: "Dashboard" }).count(), 0);
  await stranger.close();
});

step("signing in shows the four widgets", async () => {
  await page.goto(WEB);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await allSettled();
  const headings = await page.getByRole("heading", { level: 2 }).allTextContents();
  assert.deepEqual(headings, ["Followers", "Video Views", "Post Engagement", "Post Explorer"]);
  await Promise.all(Object.keys(SERIES).map((slug) => widget(slug).locator("[data-testid=chart] svg").waitFor()));
  await picture(page, "dashboard");
});

step("every widget says how fresh its figures are and how they were counted", async () => {
  for (const slug of [...Object.keys(SERIES), "post_explorer"]) {
    const said = await widget(slug).getByTestId("provenance").innerText();
    assert.match(said, /As of .+ UTC · Complete through .+ · (Activity|Published): .+ · Days are UTC/, slug);
  }
});

for (const slug of Object.keys(SERIES)) {
  step(`${slug} shows the numbers of the API`, async () => {
    await eventuallyShows(slug, async () => {
      const rows = await seriesEqualsApi(slug);
      assert.ok(rows.some((row) => row[SERIES[slug].metrics[0]] !== null), "the sample workspace has figures");
    });
  });
}

for (const days of [7, 60]) {
  step(`choosing ${days} days changes the range`, async () => {
    await page.getByRole("radiogroup", { name: "Date range" }).getByText(`${days} days`).click();
    await page.waitForURL(`**days=${days}*`);
    await eventuallyShows("video_views", async () => assert.equal((await seriesEqualsApi("video_views")).length, days));
  });
}

step("picking days in the calendar sets a range of one's own, both ends included", async () => {
  const { from } = await shownRange();
  await page.getByRole("button", { name: /^First and last day/ }).click();
  await dayButton(from).click();
  await dayButton(addDays(from, 2)).click();
  await page.waitForURL(`**from=${from}&to=${addDays(from, 3)}*`);
  await page.keyboard.press("Escape");
  await eventuallyShows("followers", async () => assert.equal((await seriesEqualsApi("followers")).length, 3));
});

function dayButton(day) {
  const name = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return page.getByRole("button", { name: name.format(Date.parse(`${day}T00:00:00Z`)), exact: true }).first();
}

step("choosing an account narrows every widget to it", async () => {
  await page.goto(`${WEB}/?days=28`);
  await allSettled();
  const [account] = (await api.get("/v1/accounts")).accounts;
  await page.getByRole("combobox", { name: "Accounts" }).click();
  await page.getByRole("option", { name: `@${account.username}` }).click();
  await page.waitForURL(`**accounts=${account.account_id}*`);
  await page.keyboard.press("Escape");
  await eventuallyShows("video_views", async () => {
    const { from, to } = await shownRange();
    const answer = await api.get(`/v1/widgets/video_views?from=${from}&to=${to}&accounts=${account.account_id}`);
    const shown = (await tableOf("video_views", "data-day")).map(({ cells }) => cells.video_views.value);
    assert.deepEqual(shown, rowsOf(answer).map((row) => asText(row.video_views)).toReversed());
  });
});

step("the explorer sorts at the server, both ways, and pages on", async () => {
  await page.goto(`${WEB}/?days=60`);
  const views = widget("post_explorer").getByRole("columnheader", { name: "Views", exact: false }).first();
  for (const [direction, sort] of [["descending", "-post_video_views"], ["ascending", "post_video_views"]]) {
    await allSettled();
    await page.getByRole("button", { name: "Sort by Views" }).click();
    await eventually(async () => {
      await settled("post_explorer");
      assert.equal(await views.getAttribute("aria-sort"), direction);
      await explorerEqualsApi(`sort=${sort}`);
    }, { deadlineMs: DEADLINE_MS });
  }
  const first = await explorerEqualsApi("sort=post_video_views");
  assert.ok(first.next_cursor, "the sample workspace has more than one page of posts");
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await eventually(async () => {
    await settled("post_explorer");
    await explorerEqualsApi(`sort=post_video_views&cursor=${encodeURIComponent(first.next_cursor)}`);
  }, { deadlineMs: DEADLINE_MS });
  await page.getByRole("button", { name: "Previous", exact: true }).click();
  await eventually(async () => {
    await settled("post_explorer");
    await explorerEqualsApi("sort=post_video_views");
  }, { deadlineMs: DEADLINE_MS });
});

for (const [slug, title, key] of [["followers", "Followers", "day"], ["post_explorer", "Post Explorer", "post_id"]]) {
  step(`the CSV of ${slug} holds the rows of the JSON`, async () => {
    await eventuallyShows(slug, async () => {
      const { from, to } = await shownRange();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Download ${title} as CSV` }).click(),
      ]);
      assert.equal(download.suggestedFilename(), `${slug}_${from}_${addDays(to, -1)}.csv`);
      const [header, ...lines] = parse(readFileSync(await download.path(), "utf8"));
      const { columns, rows } = await api.all(`/v1/widgets/${slug}?from=${from}&to=${to}`);
      assert.deepEqual(header, columns.map(({ name }) => name));
      assert.ok(rows.length > 0);
      const place = header.indexOf(key);
      const byKey = new Map(lines.map((line) => [line[place], line]));
      assert.equal(byKey.size, rows.length);
      for (const row of rows) compareCsvRow(columns, row, byKey.get(row[place]));
    });
  });
}

function compareCsvRow(columns, row, line) {
  assert.ok(line, `the CSV has no row ${row}`);
  for (const [place, { name, role }] of columns.entries()) {
    const [expected, found] = [row[place], line[place]];
    // An empty cell is a missing value; numbers may be written with more or fewer digits, never with another value.
    if (expected === null || expected === "") assert.equal(found, "", name);
    else if (role === "metric") assert.equal(Number(found), expected, name);
    else if (typeof expected === "string" && /^\d{4}-\d\d-\d\dT/.test(expected)) assert.equal(utc(found), utc(expected), name);
    else assert.equal(found, String(expected), name);
  }
}

function utc(text) {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
}

step("a further account is connected through TikTok's consent page", async () => {
  const connected = new Set((await api.get("/auth/v1/connections")).connections.map(({ username }) => username));
  await page.getByRole("link", { name: "Connections" }).click();
  await toTikTok();
  const handle = await chooseAccount(connected);
  await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL("**/connect/confirm?pending=*");
  await page.getByText(`@${handle}`, { exact: true }).waitFor();
  await picture(page, "confirm", { fullPage: false });
  await page.getByRole("button", { name: "Keep" }).click();
  await page.waitForURL("**/connections");
  const entries = page.getByTestId("connections").locator("li[data-account]");
  const entry = entries.filter({ hasText: `@${handle} ` });
  await entry.waitFor();
  assert.equal(await entries.count(), connected.size + 1);
  assert.equal(await entry.getAttribute("data-status"), "connected");
  await entry.getByTestId("next-step").or(entry.and(page.locator('[data-state="synced"]'))).first().waitFor();
  await picture(page, "connections");
  const now = (await api.get("/auth/v1/connections")).connections.map(({ username }) => username);
  assert.deepEqual(now.toSorted(), [...connected.add(handle)].toSorted());
  const known = async () => (await api.get("/v1/accounts")).accounts.map(({ username }) => username);
  await eventually(async () => assert.ok((await known()).includes(handle), "query-api learns of it"), { deadlineMs: DEADLINE_MS });
});

/** From Connections over the gallery to TikTok's consent page. */
async function toTikTok() {
  await page.getByRole("link", { name: "Connect TikTok account" }).click();
  await page.getByRole("heading", { level: 2, name: "TikTok Organic" }).waitFor();
  await page.getByRole("button", { name: "Continue to TikTok" }).click();
}

/** Picks an account that is not among `connected`. */
async function chooseAccount(connected, at = page) {
  const radios = at.locator("input[name=account]");
  await radios.first().waitFor();
  const handles = await radios.evaluateAll((all) =>
    all.map((radio) => /@([\w.]+)/.exec(radio.closest("label")?.textContent ?? "")?.[1] ?? radio.value),
  );
  const place = handles.findIndex((handle) => !connected.has(handle));
  assert.notEqual(place, -1, "all accounts are connected: start the system with fewer");
  await radios.nth(place).check();
  return handles[place];
}

step("a connection is tested, paused and resumed", async () => {
  const entry = page.getByTestId("connections").locator('li[data-state="synced"]').first();
  const account = await entry.getAttribute("data-account");
  const same = page.locator(`li[data-account="${account}"]`);
  await same.getByRole("button", { name: "Test" }).click();
  await same.getByTestId("checks").getByText("Posts: TikTok gives the posts.").waitFor();
  await same.getByRole("button", { name: "Pause" }).click();
  await same.and(page.locator('[data-state="paused"]')).waitFor();
  assert.match(await same.getByTestId("next-step").innerText(), /Resume the collection/);
  await same.getByRole("button", { name: "Resume" }).click();
  await same.and(page.locator('[data-state="synced"]')).waitFor();
});

step("an account's owner connects by a link, without signing in", async () => {
  await page.goto(`${WEB}/connect`);
  await page.getByLabel("For whom (only you see it)").fill("the owner");
  await page.getByRole("button", { name: "Make a link" }).click();
  const url = await page.getByTestId("connect-link").innerText();
  const owners = await browser.context.newPage();
  await owners.goto(url);
  await owners.getByTestId("asks").getByText("the list of posts").waitFor();
  await isAccessible(owners, "a link");
  await picture(owners, "link");
  await owners.getByRole("button", { name: "Continue to TikTok" }).click();
  await chooseAccount(new Set(), owners);
  await owners.getByRole("button", { name: "Allow" }).click();
  await owners.waitForURL("**/connect/link/confirm?pending=*");
  assert.match(await owners.getByTestId("advice").innerText(), /log out of TikTok or use a private window/);
  await isAccessible(owners, "an owner's confirmation");
  await picture(owners, "link-confirm");
  await owners.getByRole("button", { name: "Keep" }).click();
  await owners.getByText("Thank you, that is all").waitFor();
  await owners.goto("about:blank");
  await owners.goto(url);
  await owners.getByRole("heading", { level: 1, name: "This link does not work" }).waitFor();
  await owners.close();
  await page.goto(`${WEB}/connections`);
  await page.getByTestId("connect-links").locator('li[data-state="used"]').filter({ hasText: "the owner" }).waitFor();
});

step("a declined consent is explained", async () => {
  await toTikTok();
  await chooseAccount(new Set());
  await page.getByRole("button", { name: "Deny" }).click();
  await page.waitForURL("**/connect/failed?reason=denied");
  await page.getByRole("heading", { level: 1, name: "The account was not connected" }).waitFor();
});

async function isAccessible(at, name) {
  assert.deepEqual(await inaccessible(at), [], `axe on ${name}`);
}

for (const scheme of ["light", "dark"]) {
  step(`the pages are accessible (${scheme})`, async () => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of ["/", "/connections", "/connect", "/connect/failed?reason=state"]) {
      await page.goto(`${WEB}${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      if (path === "/") await allSettled();
      await isAccessible(page, path);
    }
  });
}

step("it fits a phone", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(WEB);
  await allSettled();
  await picture(page, "phone");
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wider, 0, "pixels the page is wider than the screen");
});

step("signing out ends the session, for a reload too", async () => {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Email").waitFor();
  await page.reload();
  await page.getByLabel("Email").waitFor();
});

step("nothing failed behind the scenes", async () => {
  const found = faults();
  assert.deepEqual(found.slice(0, 10), [], `${found.length} faults`);
});
