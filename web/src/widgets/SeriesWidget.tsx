// A widget of one row per day: headline figures, chart or table, what is not final, where the figures come from.
import { Box, Skeleton, Text } from "@mantine/core";
import { Suspense, lazy, useMemo, useState } from "react";
import { useWidget } from "../api/queries";
import type { Account, WidgetAnswer } from "../api/types";
import * as format from "../model/format";
import { withTikTokName } from "../model/metrics";
import { days, isEmpty, numbers } from "../model/table";
import type { Filters } from "../dashboard/filters";
import { Boundary } from "../ui/Boundary";
import { CoverageLegend, SeriesLegend } from "./Legend";
import { Figures } from "./Figures";
import { NoFigures } from "./NoFigures";
import { Provenance } from "./Provenance";
import { SeriesTable } from "./SeriesTable";
import { WidgetCard, type View } from "./WidgetCard";
import { type WidgetSpec, panelsOf } from "./specs";

const Chart = lazy(() => import("../charts/Chart"));

interface Props {
  spec: WidgetSpec;
  filters: Filters;
  accounts: readonly Account[];
}

export function SeriesWidget({ spec, filters, accounts }: Props) {
  const query = useWidget(spec.slug, filters);
  const [view, setView] = useState<View>("chart");
  const figured = query.data !== undefined && !isEmpty(query.data, spec.figures);
  return (
    <WidgetCard
      slug={spec.slug}
      title={spec.title}
      shows={spec.shows}
      query={query}
      csv={filters}
      metrics={spec.figures}
      view={view}
      onView={figured ? setView : undefined}
      height={spec.height}
    >
      {(answer) =>
        isEmpty(answer, spec.figures) ? (
          <NoFigures answer={answer} metrics={spec.figures} accounts={accounts} />
        ) : (
          <Figured spec={spec} answer={answer} accounts={accounts} view={view} />
        )
      }
    </WidgetCard>
  );
}

function Figured({ spec, answer, accounts, view }: { spec: WidgetSpec; answer: WidgetAnswer; accounts: readonly Account[]; view: View }) {
  return (
    <>
      <Figures spec={spec} answer={answer} />
      {view === "chart" ? <Plotted spec={spec} answer={answer} accounts={accounts.length} /> : <SeriesTable spec={spec} answer={answer} accounts={accounts} />}
      <CoverageLegend answer={answer} metrics={spec.figures} accounts={accounts} />
      <Provenance meta={answer.meta} />
    </>
  );
}

function Plotted({ spec, answer, accounts }: { spec: WidgetSpec; answer: WidgetAnswer; accounts: number }) {
  const plot = useMemo(() => ({ days: days(answer), panels: panelsOf(spec, answer, accounts) }), [spec, answer, accounts]);
  return (
    <Box>
      <SeriesLegend panels={plot.panels} />
      <Boundary fallback={<Text size="sm">The chart could not be drawn. Show as table has all of its figures.</Text>}>
        <Suspense fallback={<Skeleton height={spec.height} />}>
          <Chart plot={plot} height={spec.height} label={summary(spec, answer)} />
        </Suspense>
      </Boundary>
    </Box>
  );
}

/** What a chart says, for those who do not see it; the table has all of it. */
function summary(spec: WidgetSpec, answer: WidgetAnswer): string {
  const head = spec.figures[0] ?? "";
  const known = numbers(answer, head).filter((value) => value !== null);
  const missing = answer.rows.length - known.length;
  const extent = `from ${format.whole(Math.min(...known))} to ${format.whole(Math.max(...known))} a day`;
  const gaps = missing === 0 ? "" : `, ${missing} of ${answer.rows.length} days without a figure`;
  return `Chart of ${withTikTokName(head)}, ${format.range(answer.meta)}: ${known.length === 0 ? "no figures" : extent}${gaps}. Show as table for every figure.`;
}
