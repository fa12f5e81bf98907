// What a place shows when it has nothing to show: a failure with a way on, or the reason for being empty.
import { Alert, Button, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { asProblem } from "../api/problem";

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = asProblem(error);
  return (
    <Alert color="red" variant="light" title={problem.title} role="alert">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{problem.detail}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" justify="center" gap="xs" py="xl" px="md" ta="center" mih={200}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
