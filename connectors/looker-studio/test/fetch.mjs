// One request in as JSON, its answer out as JSON.
import { readFileSync } from "node:fs";

const { url, ...request } = JSON.parse(readFileSync(0, "utf8"));
const answer = await fetch(url, request);
const told = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
process.stdout.write(JSON.stringify(told));
