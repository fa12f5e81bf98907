// The box beside the pointer. Built from elements, so that no text of an answer is ever read as HTML.
import * as format from "../model/format";
import { words } from "../model/coverage";
import { withTikTokName } from "../model/metrics";
import type { ChartColours } from "../ui/theme";
import type { Panel, Plot, PlottedSeries } from "./options";

export function tooltipOf(plot: Plot, place: number, colours: ChartColours): HTMLElement {
  const box = document.createElement("div");
  box.append(element("strong", format.longDay(plot.days[place] ?? "")));
  for (const panel of plot.panels) box.append(...rowsOf(panel, place, colours));
  for (const note of notesOf(plot.panels, place)) box.append(element("div", note, "font-size:12px;opacity:.85;max-width:260px;white-space:normal"));
  return box;
}

function rowsOf(panel: Panel, place: number, colours: ChartColours): HTMLElement[] {
  return panel.series.map((series) => rowOf(series, series.values[place] ?? null, colours.series[series.colour]));
}

function rowOf(series: PlottedSeries, value: number | null, colour: string): HTMLElement {
  const row = element("div", "", "display:flex;gap:8px;align-items:center");
  const mark = element("span", "", `width:9px;height:9px;border-radius:2px;background:${colour}`);
  const figure = element("b", value === null ? format.MISSING : format.whole(value), "margin-left:auto;padding-left:16px");
  row.append(mark, element("span", withTikTokName(series.slug)), figure);
  return row;
}

function notesOf(panels: readonly Panel[], place: number): string[] {
  const notes = panels.flatMap((panel) => {
    const status = panel.bands[place]?.status;
    return status === undefined ? [] : [`${words(status).name}: ${words(status).meaning}`];
  });
  return [...new Set(notes)];
}

function element(tag: string, text: string, style = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  made.style.cssText = style;
  return made;
}
