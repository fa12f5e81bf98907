// How each figure is called on the page, and by TikTok: as the catalog has it, shorter where a column is narrow.
import names from "./metricNames.json";

export interface MetricWords {
  name: string;
  /** A shorter name for the head of a column; the full name stays as its description. */
  short: string;
  tiktok: string | null;
}

const NAMES: Record<string, { name: string; tiktok: string | null }> = names;

/** Where leaving out the words that stand before every post's figure is not enough. */
const SHORTER: Record<string, string> = {
  post_video_views: "Views",
  post_completion_rate: "Complete views",
  post_total_play_time: "Total play time",
  post_average_watch_time: "Average watch",
  post_video_length: "Length",
};

export function metric(slug: string): MetricWords {
  const { name, tiktok } = NAMES[slug] ?? { name: slug.replaceAll("_", " "), tiktok: null };
  return { name, tiktok, short: SHORTER[slug] ?? name.replace(/^TikTok (Post )?/, "") };
}

/** The name with TikTok's own word for it, where that differs. */
export function withTikTokName(slug: string): string {
  const { name, tiktok } = metric(slug);
  return tiktok === null || tiktok === name ? name : `${name} (TikTok: ${tiktok})`;
}
