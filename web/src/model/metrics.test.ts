import { expect, it } from "vitest";
import { metric, withTikTokName } from "./metrics";

it("names metrics as the catalog does, and TikTok's word where it is another", () => {
  expect(withTikTokName("applause")).toBe("Applause (TikTok: Like)");
  expect(withTikTokName("followers")).toBe("Followers");
  expect(withTikTokName("engagement")).toBe("Engagement");
});

it("heads a column shortly, also of a metric that nobody found shorter words for", () => {
  expect(metric("post_completion_rate").short).toBe("Complete views");
  expect(metric("post_likes").short).toBe("Likes");
  expect(metric("favorites").short).toBe("Favorites");
  expect(metric("engagement").short).toBe("Engagement");
});

it("calls what the catalog does not have by its slug", () => {
  expect(metric("a_newer_metric")).toEqual({ name: "a newer metric", tiktok: null, short: "a newer metric" });
});
