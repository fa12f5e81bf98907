// Draws an option with the few parts of ECharts the page uses. Loaded on its own, after the page is usable.
import { useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { CHART_COLOURS } from "../ui/theme";
import { type Plot, option } from "./options";

register([AriaComponent, AxisPointerComponent, BarChart, GridComponent, LineChart, SVGRenderer, TooltipComponent]);

interface Props {
  plot: Plot;
  /** Pixels. */
  height: number;
  label: string;
}

export default function Chart({ plot, height, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    if (box.current === null) return undefined;
    const made = init(box.current);
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option(plot, height, CHART_COLOURS[scheme]), { notMerge: true });
  }, [plot, height, scheme]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: "100%" }} data-testid="chart" />;
}
