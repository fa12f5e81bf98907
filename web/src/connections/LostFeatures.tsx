// What a partial consent leaves empty, by name.
import { Alert, List, Text } from "@mantine/core";
import type { Lost } from "../api/types";
import { listed } from "./words";

export function LostFeatures({ lost }: { lost: Lost }) {
  if (lost.scopes.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" mt="sm" title="Not permitted by the account's owner" data-testid="missing-scopes">
      <List size="sm">
        {lost.scopes.map(({ scope, meaning }) => (
          <List.Item key={scope}>{`${meaning} (${scope})`}</List.Item>
        ))}
      </List>
      {lost.widgets.length > 0 && (
        <Text size="sm" mt="xs">{`Widgets that stay empty: ${listed(lost.widgets.map(({ name }) => name))}.`}</Text>
      )}
      {lost.metrics.length > 0 && (
        <Text size="sm" mt="xs">{`Metrics that stay empty: ${listed(lost.metrics.map(({ name }) => name))}.`}</Text>
      )}
      <Text size="sm" mt="xs">
        Connect again and leave everything ticked to add them.
      </Text>
    </Alert>
  );
}
