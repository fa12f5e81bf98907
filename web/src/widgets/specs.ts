// The widgets of a series per day: one row each says what it shows and how it is drawn.
import type { WidgetAnswer } from "../api/types";
import type { Panel, PlottedSeries } from "../charts/options";
import { shadePerDay } from "../model/coverage";
import { metric } from "../model/metrics";
import { days, numbers } from "../model/table";

type SeriesSpec = Pick<PlottedSeries, "slug" | "kind" | "colour" | "below" | "pattern">;

interface PanelSpec {
  series: readonly SeriesSpec[];
  share: number;
  fromZero: boolean;
}

export interface WidgetSpec {
  slug: string;
  title: string;
  shows: string;
  /** Metric slugs; the first is the headline. */
  figures: readonly string[];
  /** Figures that are a change: shown with their sign. */
  changes: readonly string[];
  panels: readonly PanelSpec[];
  /** Pixels. */
  height: number;
}

const FOLLOWERS: WidgetSpec = {
  slug: "followers",
  title: "Followers",
  shows: "Followers at the end of each day, and how many came and went.",
  figures: ["followers", "net_followers", "new_followers", "lost_followers"],
  changes: ["net_followers"],
  height: 360,
  panels: [
    { share: 0.64, fromZero: false, series: [{ slug: "followers", kind: "line", colour: "main" }] },
    {
      share: 0.36,
      fromZero: true,
      series: [
        { slug: "new_followers", kind: "bar", colour: "gain" },
        { slug: "lost_followers", kind: "bar", colour: "loss", below: true, pattern: "stripes" },
        { slug: "net_followers", kind: "line", colour: "first" },
      ],
    },
  ],
};

const VIDEO_VIEWS: WidgetSpec = {
  slug: "video_views",
  title: "Video Views",
  shows: "Views per day, organic and paid.",
  figures: ["video_views"],
  changes: [],
  height: 280,
  panels: [{ share: 1, fromZero: true, series: [{ slug: "video_views", kind: "line", colour: "main" }] }],
};

const POST_ENGAGEMENT: WidgetSpec = {
  slug: "post_engagement",
  title: "Post Engagement",
  shows: "Likes, comments and shares per day.",
  figures: ["engagement", "applause", "conversation", "amplification"],
  changes: [],
  height: 280,
  panels: [
    {
      share: 1,
      fromZero: true,
      series: [
        { slug: "applause", kind: "bar", colour: "first" },
        { slug: "conversation", kind: "bar", colour: "second", pattern: "stripes" },
        { slug: "amplification", kind: "bar", colour: "third", pattern: "dots" },
      ],
    },
  ],
};

export const SERIES_WIDGETS = { followers: FOLLOWERS, videoViews: VIDEO_VIEWS, postEngagement: POST_ENGAGEMENT };

/** `accounts`: how many the answer is about. */
export function panelsOf(spec: WidgetSpec, answer: WidgetAnswer, accounts: number): Panel[] {
  return spec.panels.map((panel) => ({
    share: panel.share,
    fromZero: panel.fromZero,
    bands: shadePerDay(days(answer), answer.meta.coverage, slugsOf(panel), accounts),
    series: panel.series.map((series) => ({
      ...series,
      name: metric(series.slug).name,
      values: numbers(answer, series.slug),
    })),
  }));
}

function slugsOf(panel: PanelSpec): string[] {
  return panel.series.map((series) => series.slug);
}
