// The query API: the same JSON that Looker Studio sends and wants, over HTTPS with the person's key.
import { storedKey } from "./credentials";
import { refuse, refuseFor } from "./problem";

type Answer = GoogleAppsScript.URL_Fetch.HTTPResponse;

// Apps Script ends a call after six minutes; two of them waiting is what a person bears.
const WAITS_SECONDS = [1, 2, 4, 8, 16, 32];
const LONGEST_WAIT_SECONDS = 20;

/** Whether `key` may read a workspace; a key that is refused is not an error here. */
export function isGood(key: string): boolean {
  const answer = patiently("auth", {}, key);
  if (answer.getResponseCode() === 200) {
    return true;
  }
  return answer.getResponseCode() === 401 || answer.getResponseCode() === 403 ? false : refuseFor(answer, "auth");
}

/** The decoded answer to `body`; anything but success ends the call with the reason. */
export function ask(path: "config" | "schema" | "data", body: object): object {
  const key = storedKey();
  if (key === null) {
    return refuse("Connect with an API key of TikTok Organic Analytics first.", `${path}: no key is stored`);
  }
  const answer = patiently(path, body, key);
  if (answer.getResponseCode() !== 200) {
    return refuseFor(answer, path);
  }
  return JSON.parse(answer.getContentText()) as object;
}

function patiently(path: string, body: object, key: string): Answer {
  for (const wait of WAITS_SECONDS) {
    const answer = post(path, body, key);
    if (!mayPass(answer)) {
      return answer;
    }
    Utilities.sleep(1000 * Math.min(LONGEST_WAIT_SECONDS, retryAfter(answer) ?? wait));
  }
  return post(path, body, key);
}

function mayPass(answer: Answer): boolean {
  return answer.getResponseCode() === 429 || answer.getResponseCode() >= 500;
}

function retryAfter(answer: Answer): number | null {
  const headers = answer.getHeaders() as Record<string, string>;
  const seconds = Number(headers["Retry-After"] ?? headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

function post(path: string, body: object, key: string): Answer {
  return UrlFetchApp.fetch(`${ORIGIN}/looker/v1/${path}`, {
    method: "post",
    contentType: "application/json",
    headers: { Authorization: `Bearer ${key}` },
    payload: JSON.stringify(body),
    muteHttpExceptions: true,
    followRedirects: false,
  });
}
