// Failures in words for the person at the report; what only helps us goes into the debug text.

/** A problem document of the query API (RFC 9457), as far as the script reads it. */
interface Problem {
  title?: string;
  detail?: string;
  request_id?: string;
}

/** Ends the call: Looker Studio shows `text` to everybody and `debug` to the script's administrators. */
export function refuse(text: string, debug: string): never {
  DataStudioApp.createCommunityConnector().newUserError().setText(text).setDebugText(debug).throwException();
  throw new Error(text);
}

/** What an unsuccessful answer says, never with the key in it. */
export function refuseFor(answer: GoogleAppsScript.URL_Fetch.HTTPResponse, path: string): never {
  const status = answer.getResponseCode();
  const problem = problemIn(answer.getContentText());
  const id = problem.request_id ? ` (request ${problem.request_id})` : "";
  refuse(`${wordsFor(status, problem)}${id}`, `${path} answered ${status}${id}`);
}

function wordsFor(status: number, problem: Problem): string {
  if (status === 401) {
    return "Your API key no longer works. Make a new one in TikTok Organic Analytics and reconnect this data source.";
  }
  if (status === 429 || status >= 500) {
    return "TikTok Organic Analytics cannot answer now. Try again in a few minutes.";
  }
  return problem.detail ?? problem.title ?? "TikTok Organic Analytics refused the request.";
}

function problemIn(text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
