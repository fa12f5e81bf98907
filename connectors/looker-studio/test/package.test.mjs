import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { manifestFor, originOf } from "../package.mjs";

const manifest = readFileSync(new URL("../appsscript.json", import.meta.url), "utf8");
const built = JSON.parse(readFileSync(new URL("../dist/appsscript.json", import.meta.url), "utf8"));

test("the manifest is of the deployment it is made for, and reaches no other", () => {
  const made = manifestFor(manifest, { TOA_PUBLIC_URL: "https://figures.shop.test/" });
  expect(made.urlFetchWhitelist).toEqual(["https://figures.shop.test/looker/v1/"]);
  expect(JSON.stringify(made)).not.toContain("example.com");
});

test("keys travel over https only", () => {
  expect(() => originOf({ TOA_PUBLIC_URL: "http://figures.shop.test" })).toThrow(/https/);
});

test("a report for new users is an option", () => {
  expect(built.dataStudio.templates).toBeUndefined();
  const made = manifestFor(manifest, { TOA_LOOKER_TEMPLATE: "1a2b3c" });
  expect(made.dataStudio.templates).toEqual({ default: "1a2b3c" });
});

test("what Google asks of a published connector holds", () => {
  const { dataStudio, oauthScopes } = built;
  expect(dataStudio.name.length).toBeLessThanOrEqual(28);
  expect(dataStudio.name.toLowerCase()).not.toContain("connector");
  expect(dataStudio.shortDescription.length).toBeLessThanOrEqual(114);
  expect(dataStudio.supportUrl).toMatch(/^https:/);
  expect(oauthScopes).toEqual(["https://www.googleapis.com/auth/script.external_request"]);
  for (const name of ["company", "companyUrl", "logoUrl", "addOnUrl", "privacyPolicyUrl", "termsOfServiceUrl"]) {
    expect(dataStudio[name]).toBeTruthy();
  }
});
