// What the marks of a chart mean: its series, and in words the days that are not final.
import { Group, Stack, Text, useComputedColorScheme } from "@mantine/core";
import type { Account, WidgetAnswer } from "../api/types";
import type { Panel, PlottedSeries } from "../charts/options";
import { type Band, bands, isSteady, words } from "../model/coverage";
import * as format from "../model/format";
import { metric, withTikTokName } from "../model/metrics";
import { days } from "../model/table";
import { CHART_COLOURS } from "../ui/theme";
import { whose } from "./accounts";

export function SeriesLegend({ panels }: { panels: readonly Panel[] }) {
  const scheme = useComputedColorScheme("light");
  const colours = CHART_COLOURS[scheme].series;
  return (
    <Group gap="md" mb={4} aria-hidden="true">
      {panels.flatMap((panel) => panel.series).map((series) => (
        <Group key={series.slug} gap={6} wrap="nowrap" title={withTikTokName(series.slug)}>
          <span className={series.kind === "line" ? "swatch swatch-line" : "swatch"} style={{ background: fill(series, colours[series.colour]) }} />
          <Text size="xs">{series.name}</Text>
        </Group>
      ))}
      {panels.some(hasDashes) && (
        <Group gap={6} wrap="nowrap">
          <span className="swatch swatch-dashed" />
          <Text size="xs">not final</Text>
        </Group>
      )}
    </Group>
  );
}

function hasDashes({ series, bands: shades }: Panel): boolean {
  return series.some(({ kind }) => kind === "line") && shades.some((shade) => shade !== null);
}

function fill(series: PlottedSeries, colour: string): string {
  if (series.pattern === "stripes") return `repeating-linear-gradient(45deg, rgba(255,255,255,.4) 0 1.5px, transparent 1.5px 4px), ${colour}`;
  if (series.pattern === "dots") return `radial-gradient(rgba(0,0,0,.3) 25%, transparent 28%) 0 0 / 4px 4px, ${colour}`;
  return colour;
}

interface Props {
  answer: WidgetAnswer;
  metrics: readonly string[];
  accounts: readonly Account[];
}

export function CoverageLegend({ answer, metrics, accounts }: Props) {
  const found = bands(days(answer), answer.meta.coverage, metrics);
  if (found.length === 0) return null;
  return (
    <Stack component="ul" gap={4} m={0} p={0} style={{ listStyle: "none" }} aria-label="Days that are not final" data-testid="coverage">
      {found.map((band) => (
        <Entry
          key={[band.status, band.from, ...band.accounts, ...band.metrics].join()}
          band={band}
          what={band.metrics.length < metrics.length ? ` (${band.metrics.map((slug) => metric(slug).name).join(", ")})` : ""}
          accounts={accounts}
          shaded={!isSteady(band, days(answer), accounts.length)}
        />
      ))}
    </Stack>
  );
}

interface EntryProps {
  band: Band;
  /** The figures concerned, when not all of the widget are. */
  what: string;
  accounts: readonly Account[];
  shaded: boolean;
}

function Entry({ band, what, accounts, shaded }: EntryProps) {
  const { weight, name, meaning } = words(band.status);
  return (
    <Group component="li" gap={8} wrap="nowrap" align="center" data-status={band.status}>
      {shaded && <span className={`swatch swatch-${weight}`} />}
      <Text size="xs" c="dimmed">
        <Text span fw={650} inherit c="var(--mantine-color-text)">
          {name}
        </Text>
        {` ${format.shortRange(band)}${whose(band.accounts, accounts)}${what}: ${meaning}.`}
      </Text>
    </Group>
  );
}
