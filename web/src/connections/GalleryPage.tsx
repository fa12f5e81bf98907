// The sources one can connect, and what TikTok's consent page will ask for.
import { Anchor, Badge, Card, Group, List, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { ConnectButton } from "./ConnectButton";
import { LinkMaker } from "./ConnectLinks";

export function GalleryPage() {
  return (
    <Stack gap="lg" maw={680} mx="auto">
      <title>Connect a source · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        Connect a source
      </Title>
      <Card withBorder padding="lg">
        <Stack gap="md">
          <Group justify="space-between">
            <Title order={2} size="h4">
              TikTok Organic
            </Title>
            <Badge variant="light" tt="none">
              Accounts, posts, audience
            </Badge>
          </Group>
          <Text size="sm">
            TikTok asks the account&apos;s owner to permit what we read. We only read: nothing is posted, changed or answered.
          </Text>
          <List size="sm" spacing={4}>
            <List.Item>Leave every permission ticked: figures whose permission is missing stay empty.</List.Item>
            <List.Item>A Business account gives most; a personal one is connected too, with fewer figures.</List.Item>
            <List.Item>
              Each account is its own TikTok login. To bring another one, log out of TikTok or use a private window first.
            </List.Item>
            <List.Item>You see which account came, and decide, before anything is stored.</List.Item>
          </List>
          <ConnectButton label="Continue to TikTok" />
        </Stack>
      </Card>
      <Card withBorder padding="lg">
        <Stack gap="md">
          <Title order={2} size="h4">
            Is the account somebody else&apos;s?
          </Title>
          <Text size="sm">Send its owner a link. It works once, needs no sign-in here and no shared password.</Text>
          <LinkMaker />
        </Stack>
      </Card>
      <Anchor component={Link} to="/connections">
        Back to Connections
      </Anchor>
    </Stack>
  );
}
