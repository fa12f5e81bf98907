// TikTok's consent ended without a connection: why, and what to do.
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { ConnectButton } from "./ConnectButton";
import { failureInWords } from "./words";

export function FailedPage() {
  const [search] = useSearchParams();
  const { title, detail } = failureInWords(search.get("reason"));
  return (
    <Stack gap="lg" maw={560} mx="auto">
      <title>Not connected · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        {title}
      </Title>
      <Card withBorder padding="lg">
        <Stack gap="md">
          <Text>{detail}</Text>
          <Group>
            <ConnectButton label="Start again" />
            <Anchor component={Link} to="/connections">
              Back to Connections
            </Anchor>
          </Group>
        </Stack>
      </Card>
    </Stack>
  );
}
