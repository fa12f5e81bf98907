import { describe, expect, test } from "vitest";
import { CALLED_BY_LOOKER } from "../package.mjs";
import { script, UserError } from "./google.mjs";
import { faults } from "./shapes.mjs";

const KEY = "toa_0123_very-secret";
const PROBLEM = { type: "bad-input", title: "A parameter cannot be used", detail: "fields: no `nonsense`" };
const DATA = {
  schema: [
    { name: "day", dataType: "STRING" },
    { name: "video_views", dataType: "NUMBER" },
  ],
  rows: [{ values: ["20260301", 1200] }, { values: ["20260302", null] }],
  filtersApplied: true,
};

function signedIn(answer) {
  const made = script(answer);
  made.user.setProperty("toa.key", KEY);
  return made;
}

function refusal(call) {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error;
  }
  throw new Error("it did not refuse");
}

test("everything that Looker Studio calls is a function of the script", () => {
  const { call } = script(() => ({ status: 200, body: {} }));
  for (const name of CALLED_BY_LOOKER) {
    expect(() => call(`typeof ${name} === 'function' && (() => 'there')`)).not.toThrow();
    expect(call(`typeof ${name} === 'function' && (() => 'there')`)).toBe("there");
  }
});

describe("signing in", () => {
  test("is by key, with an address that says how to get one", () => {
    const answer = script(() => ({})).call("getAuthType");
    expect(faults("auth-type", answer)).toEqual([]);
    expect(answer.type).toBe("KEY");
  });

  test("a good key is kept, without the blanks around it", () => {
    const { call, user, asked } = script(() => ({ status: 200, body: {} }));
    expect(call("setCredentials", { key: ` ${KEY}\n` })).toEqual({ errorCode: "NONE" });
    expect(user.getProperty("toa.key")).toBe(KEY);
    expect(asked[0].url).toBe("https://analytics.example.com/looker/v1/auth");
    expect(asked[0].headers.Authorization).toBe(`Bearer ${KEY}`);
  });

  test.each([401, 403])("a key that answers %i is not kept", (status) => {
    const { call, user } = script(() => ({ status, body: PROBLEM }));
    expect(call("setCredentials", { key: KEY })).toEqual({ errorCode: "INVALID_CREDENTIALS" });
    expect(user.getProperty("toa.key")).toBeNull();
  });

  test("a key that nobody could check is neither good nor bad: the person is told to try again", () => {
    const { call, user } = script(() => ({ status: 503, body: "" }));
    expect(refusal(() => call("setCredentials", { key: KEY })).message).toMatch(/cannot answer now/);
    expect(user.getProperty("toa.key")).toBeNull();
  });

  test("is over once the key is revoked, or was forgotten", () => {
    let status = 200;
    const { call } = signedIn(() => ({ status, body: {} }));
    expect(call("isAuthValid")).toBe(true);
    status = 401;
    expect(call("isAuthValid")).toBe(false);
    status = 200;
    call("resetAuth");
    expect(call("isAuthValid")).toBe(false);
  });

  test("only the script's owner turns debug texts on", () => {
    const { call, owner } = script(() => ({}));
    expect(call("isAdminUser")).toBe(false);
    owner.setProperty("DEBUG", "true");
    expect(call("isAdminUser")).toBe(true);
  });
});

describe("asking", () => {
  test("a request travels as it came, and the answer comes back as it was given", () => {
    const request = { configParams: { account_id: "a" }, fields: [{ name: "day" }, { name: "video_views" }] };
    const { call, asked } = signedIn(() => ({ status: 200, body: DATA }));
    const answer = call("getData", request);
    expect(faults("data", answer)).toEqual([]);
    expect(answer).toEqual(DATA);
    expect(asked[0].body).toEqual(request);
    expect(asked[0].url).toBe("https://analytics.example.com/looker/v1/data");
  });

  test("rows are asked for every time, the schema once a minute for the same question and key", () => {
    const { call, asked, user } = signedIn(() => ({ status: 200, body: { schema: [] } }));
    call("getSchema", { configParams: { table: "days" } });
    call("getSchema", { configParams: { table: "days" } });
    expect(asked.length).toBe(1);
    call("getSchema", { configParams: { table: "posts" } });
    user.setProperty("toa.key", "toa_4567_another");
    call("getSchema", { configParams: { table: "days" } });
    expect(asked.length).toBe(3);
    call("getData", {});
    call("getData", {});
    expect(asked.length).toBe(5);
  });

  test("an answer too large to be remembered is given all the same", () => {
    const schema = Array.from({ length: 3000 }, (_, place) => ({ name: `field_${place}`, label: "é".repeat(20) }));
    const { call } = signedIn(() => ({ status: 200, body: { schema } }));
    expect(call("getSchema", {}).schema.length).toBe(3000);
  });

  test("without a key nothing is asked", () => {
    const { call, asked } = script(() => ({}));
    expect(refusal(() => call("getSchema", {})).message).toMatch(/Connect with an API key/);
    expect(asked).toEqual([]);
  });
});

describe("failing", () => {
  test("what is wrong with the question is said in the API's own words", () => {
    const { call } = signedIn(() => ({ status: 422, body: { ...PROBLEM, request_id: "r-1" } }));
    const error = refusal(() => call("getData", {}));
    expect(error.message).toBe("fields: no `nonsense` (request r-1)");
    expect(error.debug).toBe("data answered 422 (request r-1)");
  });

  test("a busy API is asked again, as late as it says", () => {
    const answers = [
      { status: 429, headers: { "Retry-After": "7" }, body: "" },
      { status: 503, headers: {}, body: "" },
      { status: 200, body: DATA },
    ];
    const { call, waits } = signedIn((_, times) => answers[times - 1]);
    expect(call("getData", {})).toEqual(DATA);
    expect(waits).toEqual([7000, 2000]);
  });

  test("one that stays away is given up, before Google ends the script", () => {
    const { call, waits } = signedIn(() => ({ status: 503, headers: { "Retry-After": "900" }, body: "<html>" }));
    expect(refusal(() => call("getData", {})).message).toMatch(/Try again in a few minutes/);
    const waited = waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBeLessThanOrEqual(2 * 60 * 1000);
  });

  test.each([401, 403, 422, 429, 500])("no text shows the key: %i", (status) => {
    const { call } = signedIn(({ headers }) => ({ status, body: { title: "Refused" }, seen: headers }));
    const error = refusal(() => call("getData", {}));
    expect(`${error.message} ${error.debug}`).not.toContain("secret");
  });
});
