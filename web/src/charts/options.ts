// From plain series to an ECharts option: gaps stay gaps, days that are not final get a shade of their own.
import type { EChartsOption, SeriesOption, XAXisComponentOption, YAXisComponentOption } from "echarts";
import type { Day } from "../api/types";
import { type Band, type Weight, words } from "../model/coverage";
import * as format from "../model/format";
import { isolated } from "../model/table";
import type { ChartColours, SeriesColour } from "../ui/theme";
import { tooltipOf } from "./tooltip";

export interface PlottedSeries {
  slug: string;
  name: string;
  kind: "line" | "bar";
  colour: SeriesColour;
  values: readonly (number | null)[];
  /** Drawn below the zero line, for losses; the numbers shown stay as they are. */
  below?: boolean;
  pattern?: "plain" | "stripes" | "dots";
}

export interface Panel {
  series: readonly PlottedSeries[];
  bands: readonly (Band | null)[];
  /** Share of the height. */
  share: number;
  fromZero: boolean;
}

export interface Plot {
  days: readonly Day[];
  panels: readonly Panel[];
}

const GAP = 34;
const TOP = 12;
const AXIS_LABELS = 28;
const LEFT = 52;
const RIGHT = 12;

// "none" as a word makes ECharts 6.1 fail ("Cannot create property 'dirty'"), a symbol of that name does not. It also
// writes into what it is given: every use needs an object of its own.
const plain = (): object => ({ symbol: "none" });
const PATTERNS = {
  plain,
  stripes: (): object => ({ color: "rgba(255,255,255,.38)", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 }),
  dots: (): object => ({ color: "rgba(0,0,0,.22)", symbol: "circle", symbolSize: 0.55, dashArrayX: [[0, 5], [5, 0]], dashArrayY: [2, 3] }),
};

/** `height` in pixels, as the chart will be drawn. */
export function option(plot: Plot, height: number, colours: ChartColours): EChartsOption {
  const grids = layout(plot.panels, height);
  return {
    animation: false,
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    textStyle: { fontFamily: "inherit", color: colours.text },
    grid: grids.map(({ top, height: tall }) => ({ left: LEFT, right: RIGHT, top, height: tall })),
    xAxis: plot.panels.flatMap((_, place) => xAxes(plot, place, colours)),
    yAxis: plot.panels.flatMap((panel, place) => yAxes(panel, place, colours)),
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colours.faint } },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.border,
      textStyle: { color: colours.text, fontSize: 13 },
      formatter: (points) => tooltipOf(plot, placeOf(points), colours),
    },
    series: plot.panels.flatMap((panel, place) => [shade(panel, place, colours), ...drawn(panel, place, plot, colours)]),
  };
}

function placeOf(points: unknown): number {
  const first: unknown = Array.isArray(points) ? points[0] : points;
  return (first as { dataIndex?: number } | undefined)?.dataIndex ?? 0;
}

function layout(panels: readonly Panel[], height: number): { top: number; height: number }[] {
  const free = height - TOP - AXIS_LABELS - GAP * (panels.length - 1);
  let top = TOP;
  return panels.map((panel) => {
    const grid = { top, height: Math.round(free * panel.share) };
    top += grid.height + GAP;
    return grid;
  });
}

/** Two axes a panel: the shade needs its own, because bars of one axis stand side by side. */
function xAxes(plot: Plot, place: number, colours: ChartColours): XAXisComponentOption[] {
  const last = place === plot.panels.length - 1;
  const shared = { type: "category" as const, data: [...plot.days], gridIndex: place };
  const visible: XAXisComponentOption = {
    ...shared,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.border }, onZero: false },
    axisLabel: { show: last, color: colours.faint, hideOverlap: true, formatter: (day: string) => format.shortDay(day) },
    axisPointer: { show: true, type: "line", label: { show: false } },
  };
  return [visible, { ...shared, show: false, axisPointer: { show: false } }];
}

function yAxes(panel: Panel, place: number, colours: ChartColours): YAXisComponentOption[] {
  const visible: YAXisComponentOption = {
    type: "value",
    gridIndex: place,
    scale: !panel.fromZero,
    minInterval: 1,
    splitNumber: panel.share > 0.5 ? 4 : 2,
    axisLabel: { color: colours.faint, formatter: (value: number) => format.short(value) },
    splitLine: { lineStyle: { color: colours.grid } },
  };
  return [visible, { type: "value", gridIndex: place, show: false, min: 0, max: 1 }];
}

function shade(panel: Panel, place: number, colours: ChartColours): SeriesOption {
  const data = panel.bands.map((band) => {
    if (band === null) return { value: null };
    return { value: 1, itemStyle: SHADES[words(band.status).weight](colours) };
  });
  const axes = { xAxisIndex: 2 * place + 1, yAxisIndex: 2 * place + 1 };
  return { type: "bar", data, barWidth: "100%", silent: true, animation: false, z: 0, tooltip: { show: false }, ...axes };
}

const SHADES: Record<Weight, (colours: ChartColours) => object> = {
  missing: (colours) => ({
    color: `${colours.missing}1f`,
    decal: { color: `${colours.missing}59`, dashArrayX: [1, 0], dashArrayY: [1.5, 6], rotation: -Math.PI / 4 },
  }),
  open: (colours) => ({ color: `${colours.open}33`, decal: plain() }),
  noted: (colours) => ({ color: `${colours.noted}26`, decal: plain() }),
};

function drawn(panel: Panel, place: number, plot: Plot, colours: ChartColours): SeriesOption[] {
  const axes = { xAxisIndex: 2 * place, yAxisIndex: 2 * place };
  const shapes = panel.series.flatMap((each) =>
    each.kind === "line" ? lines(each, panel.bands, plot.days.length, colours) : [bar(each, colours)],
  );
  return shapes.map((shape) => ({ ...shape, ...axes }));
}

/** Solid where days are final, dashed to and through days that are not: a sum over part of the accounts may fall. */
function lines(series: PlottedSeries, bands: Panel["bands"], count: number, colours: ChartColours): SeriesOption[] {
  const final = series.values.map((value, place) => (bands[place] ? null : value));
  const open = series.values.map((value, place) => (bands[place] || bands[place - 1] || bands[place + 1] ? value : null));
  const alone = isolated(series.values);
  const dot = (place: number): number => (alone.has(place) ? 7 : count <= 31 ? 5 : 0);
  const drawnAs = (values: (number | null)[], dashed: boolean): SeriesOption => ({
    type: "line",
    name: series.name,
    data: values,
    connectNulls: false,
    symbol: "circle",
    showAllSymbol: true,
    symbolSize: (_value: unknown, point: { dataIndex: number }) => dot(point.dataIndex),
    lineStyle: { width: dashed ? 1.5 : 2.5, type: dashed ? [3, 3] : "solid", color: colours.series[series.colour] },
    itemStyle: { color: colours.series[series.colour], decal: plain() },
    z: 3,
  });
  return [drawnAs(final, false), drawnAs(open, true)];
}

function bar(series: PlottedSeries, colours: ChartColours): SeriesOption {
  const data = series.values.map((value) => (value !== null && series.below ? -value : value));
  const decal = PATTERNS[series.pattern ?? "plain"]();
  return {
    type: "bar",
    name: series.name,
    data,
    stack: "one",
    barMaxWidth: 26,
    barCategoryGap: "25%",
    itemStyle: { color: colours.series[series.colour], decal },
    emphasis: { disabled: true },
    z: 2,
  };
}
