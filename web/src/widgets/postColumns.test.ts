import { expect, it } from "vitest";
import type { Column, WidgetAnswer } from "../api/types";
import { postColumns } from "./postColumns";

const figure = (name: string): Column => ({ name, type: "integer", unit: "count", role: "metric" });

it("shows the figures that the answer has, in its order, behind the time of publishing", () => {
  const attributes = ["account_id", "post_id", "published_at", "caption"];
  const dimensions = attributes.map((name): Column => ({ name, type: "text", unit: null, role: "dimension" }));
  const columns = [...dimensions, figure("post_likes"), figure("website_clicks"), figure("a_newer_metric")];
  const heads = postColumns({ columns } as WidgetAnswer).map(({ head }) => head);
  expect(heads).toEqual(["Published (UTC)", "Likes", "Website Clicks", "a newer metric"]);
});
