// Where the person is signed in.
import { Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../api/context";
import type { OneSession } from "../api/account";
import * as format from "../model/format";
import { Failure } from "../ui/states";
import { Part } from "./Part";

const PATH = "/auth/v1/sessions";

export function SessionsCard() {
  const api = useApi();
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ["sessions"], queryFn: ({ signal }) => api.get<{ sessions: OneSession[] }>(PATH, signal) });
  const end = useMutation({
    mutationFn: (id: string | null) => (id === null ? api.send("POST", `${PATH}/end-others`) : api.send("DELETE", `${PATH}/${id}`)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <Part title="Where you are signed in">
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={60} role="status" aria-label="Loading" />}
      {end.isError && <Failure error={end.error} />}
      <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>
        {list.data?.sessions.map((one) => (
          <One key={one.session_id} session={one} busy={end.isPending} onEnd={() => end.mutate(one.session_id)} />
        ))}
      </Stack>
      {(list.data?.sessions.length ?? 0) > 1 && (
        <Group>
          <Button variant="default" loading={end.isPending} onClick={() => end.mutate(null)}>
            End all others
          </Button>
        </Group>
      )}
    </Part>
  );
}

function One({ session, busy, onEnd }: { session: OneSession; busy: boolean; onEnd: () => void }) {
  return (
    <Group component="li" justify="space-between">
      <div>
        <Text>{session.device}</Text>
        <Text size="xs" c="dimmed">{`Last used ${format.instant(session.last_used_at)}`}</Text>
      </div>
      {session.current ? (
        <Badge variant="light" tt="none">
          This one
        </Badge>
      ) : (
        <Button size="xs" variant="default" disabled={busy} onClick={onEnd}>
          End
        </Button>
      )}
    </Group>
  );
}
