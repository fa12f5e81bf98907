// The bundle against a query API that runs: node over-http.mjs <bundle> <address>, with calls [[name, request], …] on
// the standard input. Writes for each {answer} or, where Looker Studio would show an error, {error}.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { script, UserError } from "./google.mjs";

const FETCH = fileURLToPath(new URL("fetch.mjs", import.meta.url));
const [bundle, address] = process.argv.slice(2);

/** Google's fetch waits for its answer, which Node.js's cannot: another process does. */
function answer({ url, method, headers, contentType, payload, followRedirects }) {
  const { pathname } = new URL(url);
  const request = {
    url: `${address}${pathname}`,
    method,
    headers: { ...headers, "Content-Type": contentType },
    body: payload,
    redirect: followRedirects ? "follow" : "manual",
  };
  return JSON.parse(execFileSync(process.execPath, [FETCH], { input: JSON.stringify(request), encoding: "utf8" }));
}

function told(call, name, request) {
  try {
    return { answer: call(name, request) };
  } catch (error) {
    if (error instanceof UserError) return { error: error.message };
    throw error;
  }
}

const { call } = script(answer, bundle);
const calls = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(calls.map(([name, request]) => told(call, name, request))));
