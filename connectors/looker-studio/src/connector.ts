// What Looker Studio calls, in the order it calls it. Everything that means something is answered by the query API.
import { ask, isGood } from "./backend";
import { forgetKey, storedKey, storeKey } from "./credentials";
import { remembered } from "./memory";

/** How people sign in: with an API key of their workspace, made for reading. */
export function getAuthType(): object {
  return { type: "KEY", helpUrl: `${ORIGIN}/keys` };
}

/** Keeps the key if it works. */
export function setCredentials(request: { key: string }): object {
  const key = request.key.trim();
  if (!isGood(key)) {
    return { errorCode: "INVALID_CREDENTIALS" };
  }
  storeKey(key);
  return { errorCode: "NONE" };
}

export function isAuthValid(): boolean {
  const key = storedKey();
  return key !== null && isGood(key);
}

export function resetAuth(): void {
  forgetKey();
}

/** Whether debug texts are shown: by the script's property DEBUG, which only its owner can set. */
export function isAdminUser(): boolean {
  return PropertiesService.getScriptProperties().getProperty("DEBUG") === "true";
}

/** The steps: where the figures come from, then which accounts and which table. */
export function getConfig(request: object): object {
  return remembered("config", request, () => ask("config", request));
}

/** The fields of the table chosen. */
export function getSchema(request: object): object {
  return remembered("schema", request, () => ask("schema", request));
}

/** The rows of one chart. */
export function getData(request: object): object {
  return ask("data", request);
}
