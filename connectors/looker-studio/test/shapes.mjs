// Looker Studio's own shapes, as JSON Schema.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const ajv = new Ajv({ allErrors: true, strict: false });

/** What is wrong with `answer` as the answer of `name`; [] is nothing. */
export function faults(name, answer) {
  const schema = JSON.parse(readFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), "utf8"));
  const validate = ajv.compile(schema);
  return validate(answer) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
}
