// The columns of the Post Explorer beside the post itself: when it was published, then every figure the answer has.
import type { WidgetAnswer } from "../api/types";
import { metric } from "../model/metrics";
import { metricsOf } from "../model/table";

export interface PostColumn {
  slug: string;
  head: string;
  kind: "instant" | "figure";
  align: "left" | "right";
}

const PUBLISHED: PostColumn = { slug: "published_at", head: "Published (UTC)", kind: "instant", align: "left" };

export function postColumns(answer: WidgetAnswer): PostColumn[] {
  const figures = metricsOf(answer).map((slug) => ({
    slug,
    head: metric(slug).short,
    kind: "figure" as const,
    align: "right" as const,
  }));
  return [PUBLISHED, ...figures];
}
