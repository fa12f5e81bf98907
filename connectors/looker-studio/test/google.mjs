// Google's services as the script meets them, and the bundle running among them.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const BUNDLE = new URL("../dist/Code.js", import.meta.url);

/** Properties or cache of one owner: texts under names; what Google refuses is refused. */
class Texts {
  kept = new Map();
  getProperty(name) {
    return this.kept.get(name) ?? null;
  }
  setProperty(name, value) {
    this.kept.set(name, String(value));
  }
  deleteProperty(name) {
    this.kept.delete(name);
  }
}

class Cache {
  kept = new Map();
  get(name) {
    return this.kept.get(name) ?? null;
  }
  put(name, text, seconds) {
    if (Buffer.byteLength(name) > 250) throw new Error("Argument too large: key");
    if (Buffer.byteLength(text) > 100 * 1024) throw new Error("Argument too large: value");
    if (!(seconds > 0 && seconds <= 21600)) throw new Error("Invalid expiration");
    this.kept.set(name, text);
  }
}

/** What newUserError().throwException() throws. */
export class UserError extends Error {
  constructor(text, debug) {
    super(text);
    this.debug = debug;
  }
}

function userError() {
  const said = { text: "", debug: "" };
  const builder = {
    setText: (text) => ((said.text = text), builder),
    setDebugText: (text) => ((said.debug = text), builder),
    throwException: () => {
      throw new UserError(said.text, said.debug);
    },
  };
  return builder;
}

/**
 * The script's functions as Looker Studio finds them. `answer` is the query API: it gets each request and returns
 * `{status, body, headers}`. `waits` are the pauses taken, in milliseconds. `bundle` is the script's file.
 */
export function script(answer, bundle = BUNDLE) {
  const asked = [];
  const waits = [];
  const user = new Texts();
  const owner = new Texts();
  const cache = new Cache();
  const google = {
    PropertiesService: { getUserProperties: () => user, getScriptProperties: () => owner },
    CacheService: { getUserCache: () => cache },
    DataStudioApp: { createCommunityConnector: () => ({ newUserError: userError }) },
    Utilities: {
      sleep: (milliseconds) => waits.push(milliseconds),
      DigestAlgorithm: { SHA_256: "sha256" },
      computeDigest: (algorithm, text) => [...createHash(algorithm).update(text).digest()],
      base64Encode: (bytes) => Buffer.from(bytes).toString("base64"),
    },
    UrlFetchApp: {
      fetch: (url, options) => {
        const request = { url, ...options, body: JSON.parse(options.payload) };
        asked.push(request);
        const { status = 200, body, headers = {} } = answer(request, asked.length);
        return {
          getResponseCode: () => status,
          getContentText: () => (typeof body === "string" ? body : JSON.stringify(body)),
          getHeaders: () => headers,
        };
      },
    },
  };
  const context = vm.createContext(google);
  vm.runInContext(readFileSync(bundle, "utf8"), context);
  return { call: (name, request) => plain(vm.runInContext(name, context)(request)), asked, waits, user, owner, cache };
}

/** An answer as it crosses to Looker Studio: as JSON. */
function plain(answer) {
  return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
}
