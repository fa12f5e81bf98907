// How each figure is called on the page, and by TikTok.

export interface MetricWords {
  name: string;
  /** A shorter name for the head of a column; the full name stays as its description. */
  short: string;
  tiktok: string | null;
  /** What one counts, for axes and totals. */
  unit: string;
}

function named(name: string, tiktok: string | null, unit: string, short = name): MetricWords {
  return { name, tiktok, unit, short };
}

const METRICS: Record<string, MetricWords> = {
  followers: named("Followers", "Followers", "followers"),
  net_followers: named("Net Followers", null, "followers"),
  new_followers: named("New Followers", null, "followers"),
  lost_followers: named("Lost Followers", null, "followers"),
  video_views: named("Video Views", "Views", "views"),
  applause: named("Applause", "Like", "likes"),
  conversation: named("Conversation", "Comment", "comments"),
  amplification: named("Amplification", "Shares", "shares"),
  engagement: named("Engagement", null, "likes, comments and shares"),
  post_video_views: named("TikTok Post Video Views", "Views", "views", "Views"),
  post_likes: named("TikTok Post Likes", "Like", "likes", "Likes"),
  post_comments: named("TikTok Post Comments", "Comment", "comments", "Comments"),
  post_shares: named("TikTok Post Shares", "Shares", "shares", "Shares"),
  post_reach: named("TikTok Post Reach", "Reach Audience", "unique viewers", "Reach"),
  post_completion_rate: named("TikTok Post Video Views – Complete", "Watched Full Video", "share of views", "Complete views"),
  post_total_play_time: named("TikTok Total Play Time", "Total Play Time", "time watched", "Total play time"),
  post_average_watch_time: named("TikTok Video Average Watch Time", "Average Watch Time", "time per view", "Average watch"),
  post_video_length: named("TikTok Video Length", null, "duration", "Length"),
};

export function metric(slug: string): MetricWords {
  return METRICS[slug] ?? named(slug.replaceAll("_", " "), null, "");
}

/** The name with TikTok's own word for it, where that differs. */
export function withTikTokName(slug: string): string {
  const { name, tiktok } = metric(slug);
  return tiktok === null || tiktok === name ? name : `${name} (TikTok: ${tiktok})`;
}
