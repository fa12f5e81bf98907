// What is pushed beside the bundle: the manifest, for the address of one deployment.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

export const CALLED_BY_LOOKER = [
  "getAuthType",
  "setCredentials",
  "isAuthValid",
  "resetAuth",
  "isAdminUser",
  "getConfig",
  "getSchema",
  "getData",
];

const EXAMPLE = "https://analytics.example.com";

/** The deployment's public address, without a path: https, because keys travel to it. */
export function originOf(environment) {
  const url = new URL(environment.TOA_PUBLIC_URL ?? EXAMPLE);
  if (url.protocol !== "https:") {
    throw new Error(`TOA_PUBLIC_URL is ${url.origin}; Looker Studio reaches https addresses only`);
  }
  return url.origin;
}

/** The manifest in `text` with the example's address replaced, and the report that new users begin with. */
export function manifestFor(text, environment) {
  const manifest = JSON.parse(text.replaceAll(EXAMPLE, originOf(environment)));
  const report = environment.TOA_LOOKER_TEMPLATE;
  return report ? { ...manifest, dataStudio: { ...manifest.dataStudio, templates: { default: report } } } : manifest;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const manifest = manifestFor(readFileSync("appsscript.json", "utf8"), process.env);
  writeFileSync("dist/appsscript.json", `${JSON.stringify(manifest, null, 2)}\n`);
}
