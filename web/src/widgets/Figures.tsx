// The headline figures of a widget, as the API totals them.
import { Group, Text } from "@mantine/core";
import type { WidgetAnswer } from "../api/types";
import * as format from "../model/format";
import { metric, withTikTokName } from "../model/metrics";
import { column } from "../model/table";
import type { WidgetSpec } from "./specs";

export function Figures({ spec, answer }: { spec: WidgetSpec; answer: WidgetAnswer }) {
  const { totals } = answer;
  if (totals === null) return null;
  return (
    <Group component="dl" gap="xl" m={0} align="flex-end" wrap="wrap">
      {spec.figures.map((slug, place) => (
        <div key={slug}>
          <Text component="dt" size="xs" c="dimmed" title={withTikTokName(slug)}>
            {metric(slug).name}
          </Text>
          <Text component="dd" m={0} size={place === 0 ? "28px" : "lg"} lh={1.15} fw={650} className="numbers" data-testid={`total-${slug}`}>
            <Figure value={totals[slug] ?? null} unit={column(answer, slug).unit} change={spec.changes.includes(slug)} />
          </Text>
        </div>
      ))}
    </Group>
  );
}

function Figure({ value, unit, change }: { value: number | null; unit: string | null; change: boolean }) {
  if (value === null) return <span title="No total can be given">{format.MISSING}</span>;
  return <data value={value}>{change ? format.signed(value) : format.number(value, unit)}</data>;
}
