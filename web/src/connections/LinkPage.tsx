// A connect link, opened by the account's owner: who asks for what, and the way to TikTok.
import { Button, Card, Group, List, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useLocation } from "react-router";
import type { Offer } from "../api/types";
import * as format from "../model/format";
import { Failure } from "../ui/states";
import * as ownerApi from "./ownerApi";

export function LinkPage() {
  // Behind the #, where no server and no log sees it.
  const token = useLocation().hash.slice(1);
  const offer = useQuery({ queryKey: ["offer", token], queryFn: () => ownerApi.offer(token), retry: false });
  return (
    <Stack gap="lg">
      <title>Connect your TikTok account · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        {offer.isError ? "This link does not work" : "Connect your TikTok account"}
      </Title>
      {offer.isPending && <Skeleton height={180} role="status" aria-label="Loading" />}
      {offer.isError && <Failure error={offer.error} />}
      {offer.data && <Ask offer={offer.data} token={token} />}
    </Stack>
  );
}

function Ask({ offer, token }: { offer: Offer; token: string }) {
  const start = useMutation({ mutationFn: () => ownerApi.start(token), onSuccess: (url) => window.location.assign(url) });
  return (
    <Card withBorder padding="lg">
      <Stack gap="md">
        <Text>
          <strong>{offer.workspace_name}</strong> asks to read these figures of your account. Nothing is posted or changed, and no password is shared.
        </Text>
        <List size="sm" spacing={4} data-testid="asks">
          {offer.asks.map(({ scope, meaning }) => (
            <List.Item key={scope}>{meaning}</List.Item>
          ))}
        </List>
        <Text size="sm">
          Each account is its own TikTok login: if you have several, log in to the right one first, or use a private window. You see which account came before it is
          kept, and can end the access in the TikTok app at any time.
        </Text>
        {start.isError && <Failure error={start.error} />}
        <Group>
          <Button onClick={() => start.mutate()} loading={start.isPending || start.isSuccess}>
            Continue to TikTok
          </Button>
        </Group>
        <Text size="xs" c="dimmed">{`This link ends ${format.instant(offer.expires_at)}.`}</Text>
      </Stack>
    </Card>
  );
}
