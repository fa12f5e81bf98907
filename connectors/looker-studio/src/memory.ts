// Answers that a report asks for again and again within a minute, such as the schema before every chart.
import { storedKey } from "./credentials";

const KEPT_SECONDS = 60;
// Google's limit of one entry, in bytes; a character may take three.
const LONGEST_TEXT = 30_000;

/** `make`'s answer, or the one it gave to the same question of the same key less than a minute ago. */
export function remembered(name: string, question: object, make: () => object): object {
  const cache = CacheService.getUserCache();
  const place = digest(`${name} ${storedKey() ?? ""} ${JSON.stringify(question)}`);
  const known = cache.get(place);
  if (known !== null) {
    return JSON.parse(known) as object;
  }
  const answer = make();
  const text = JSON.stringify(answer);
  if (text.length <= LONGEST_TEXT) {
    cache.put(place, text, KEPT_SECONDS);
  }
  return answer;
}

function digest(text: string): string {
  return Utilities.base64Encode(Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, text));
}
