// TikTok's consent ended without a connection: why, and what to do. Members and owners with a link both land here.
import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { failureInWords } from "./words";

export function FailedPage() {
  const [search] = useSearchParams();
  const { title, detail } = failureInWords(search.get("reason"));
  return (
    <Stack gap="lg">
      <title>Not connected · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        {title}
      </Title>
      <Card withBorder padding="lg">
        <Stack gap="md">
          <Text>{detail}</Text>
          <Text size="sm">If you came by a link that was sent to you, open that link again.</Text>
          <Group>
            <Button component={Link} to="/connect">
              Start again
            </Button>
            <Button component={Link} to="/connections" variant="default">
              Back to Connections
            </Button>
          </Group>
        </Stack>
      </Card>
    </Stack>
  );
}
