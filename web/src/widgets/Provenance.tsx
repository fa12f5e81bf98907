// Under every widget: up to when, counted how, in which days.
import { Text } from "@mantine/core";
import type { WidgetMeta } from "../api/types";
import * as format from "../model/format";

const ATTRIBUTIONS: Record<string, string> = {
  activity: "Activity: what happened in the range",
  published: "Published: figures to date of the posts published in the range",
};

export function Provenance({ meta }: { meta: WidgetMeta }) {
  const parts = [
    meta.as_of === null ? "Nothing observed yet" : `As of ${format.instant(meta.as_of)}`,
    meta.complete_through === null ? "No day complete yet" : `Complete through ${format.day(meta.complete_through)}`,
    ATTRIBUTIONS[meta.attribution] ?? meta.attribution,
    `Days are ${meta.timezone}`,
  ];
  return (
    <Text component="footer" size="xs" c="dimmed" data-testid="provenance">
      {parts.join(" · ")}
      {meta.notes.map((note) => (
        <Text key={note} size="xs" component="span" display="block">
          {note}
        </Text>
      ))}
    </Text>
  );
}
