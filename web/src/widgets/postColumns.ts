// The columns of the Post Explorer beside the post itself, in reading order.
import { metric } from "../model/metrics";

export interface PostColumn {
  slug: string;
  head: string;
  kind: "instant" | "figure";
  align: "left" | "right";
}

export const POST_METRICS = [
  "post_video_views",
  "post_likes",
  "post_comments",
  "post_shares",
  "engagement",
  "post_reach",
  "post_completion_rate",
  "post_total_play_time",
  "post_average_watch_time",
  "post_video_length",
];

export const POST_COLUMNS: readonly PostColumn[] = [
  { slug: "published_at", head: "Published (UTC)", kind: "instant", align: "left" },
  ...POST_METRICS.map((slug) => ({ slug, head: metric(slug).short, kind: "figure" as const, align: "right" as const })),
];
