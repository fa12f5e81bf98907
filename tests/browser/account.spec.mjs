// One's account in a real Chromium: asking for early access, deciding on it, the bell, a forgotten password, one's own sessions.
// Needs TOA_BROWSER_{WEB,MAILBOX,EMAIL,PASSWORD}. Started by test_page.py, beside page.spec.mjs.
import assert from "node:assert/strict";
import { begin, DEADLINE_MS, EMAIL, faults, inaccessible, page, PASSWORD, picture, step, WEB } from "./story.mjs";
import { eventually } from "./waiting.mjs";

const { TOA_BROWSER_MAILBOX: MAILBOX } = process.env;
const ASKING = { name: "Ada Byron", company: "Studio", email: "ada@example.test", handle: "@northlight" };

begin(async () => assert.ok(MAILBOX, "set TOA_BROWSER_MAILBOX"));

/** The newest mail to an address whose subject has these words. */
function mail(to, words) {
  const look = async () => {
    const { mails } = await (await fetch(`${MAILBOX}/mails?to=${encodeURIComponent(to)}`)).json();
    const found = mails.find(({ subject }) => subject.includes(words));
    assert.ok(found, `no mail "${words}" to ${to}; there are: ${mails.map(({ subject }) => subject).join(", ")}`);
    return found;
  };
  return eventually(look, { deadlineMs: DEADLINE_MS });
}

/** What opens or closes is on its way for some frames, and its colors are too; the pointer rests elsewhere. */
async function readable(name) {
  await page.mouse.move(0, 0);
  await eventually(async () => assert.deepEqual(await inaccessible(page), [], name), { deadlineMs: DEADLINE_MS });
  await picture(page, name);
}

async function signIn(password) {
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

step("anybody asks for early access", async () => {
  await page.goto(WEB);
  await page.getByRole("link", { name: "Request early access" }).click();
  await page.getByRole("heading", { name: "Request early access" }).waitFor();
  await page.getByLabel("Your name").fill(ASKING.name);
  await page.getByLabel("Company").fill(ASKING.company);
  await page.getByLabel("Email").fill(ASKING.email);
  await page.getByLabel("TikTok handle").fill(ASKING.handle);
  await readable("early-access");
  await page.getByRole("button", { name: "Send the request" }).click();
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
});

step("an operator is told by bell and mail, and approves", async () => {
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await signIn(PASSWORD);
  await mail(EMAIL, "Early access: Ada Byron");
  await page.getByRole("button", { name: /^Notices, \d+ unread$/ }).click();
  await readable("bell");
  await page.getByRole("link", { name: "Open the queue" }).click();
  await page.getByRole("list", { name: "Requests" }).getByText("@northlight").waitFor();
  await readable("queue");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("No request is requested").waitFor();
  await page.getByTestId("decisions").locator("tr[data-decision=approved]").getByText("@northlight").waitFor();
  await page.getByTestId("audit-whole").waitFor();
  await mail(ASKING.email, "Your early access is approved");
});

step("notices are read", async () => {
  await page.getByRole("button", { name: /^Notices, \d+ unread$/ }).click();
  await page.getByRole("button", { name: "Mark all read" }).click();
  await page.getByRole("button", { name: "Notices", exact: true }).waitFor();
  await page.keyboard.press("Escape");
});

step("one's sessions are seen, and the others end", async () => {
  const init = { method: "POST", body: JSON.stringify({ email: EMAIL, password: PASSWORD }), headers: { "content-type": "application/json" } };
  assert.ok((await fetch(`${WEB}/auth/v1/sessions`, init)).ok);
  await page.getByRole("link", { name: "Security" }).click();
  const part = page.getByRole("region", { name: "Where you are signed in" });
  await part.getByText("This one").waitFor();
  await part.getByRole("button", { name: "End all others" }).click();
  await eventually(async () => assert.equal(await part.getByRole("listitem").count(), 1), { deadlineMs: DEADLINE_MS });
  await readable("security");
});

step("a forgotten password is set anew by the link of a mail", async () => {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Forgot the password?" }).click();
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByRole("button", { name: "Send a link" }).click();
  await page.getByRole("status").waitFor();
  const { text } = await mail(EMAIL, "Choose a new password");
  await page.goto(text.match(/http\S+#token=\S+/)[0]);
  await readable("reset");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set it" }).click();
  await page.getByText("The new password is set").waitFor();
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await signIn(PASSWORD);
});

step("nothing went wrong that a user would not see", async () => {
  assert.deepEqual(faults(), []);
});
