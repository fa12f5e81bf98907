// The operators' queue of requests for early access.
import { Badge, Button, Card, Group, SegmentedControl, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "../api/context";
import type { AccessRequest, RequestStatus } from "../api/account";
import * as format from "../model/format";
import { Empty, Failure } from "../ui/states";
import { DECISIONS, DecisionLog } from "./DecisionLog";

const PATH = "/auth/v1/operator/early-access";
const STATUSES: RequestStatus[] = ["requested", "approved", "denied", "revoked"];
const COLOURS: Record<RequestStatus, string> = { requested: "blue", approved: "teal", denied: "orange", revoked: "gray" };

interface Page {
  requests: AccessRequest[];
  next_cursor: string | null;
}

export function QueuePage() {
  const [status, setStatus] = useState<RequestStatus>("requested");
  return (
    <Stack gap="lg" maw={800}>
      <title>Early access · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        Early access
      </Title>
      <SegmentedControl aria-label="Which requests" data={STATUSES} value={status} onChange={(value) => setStatus(value as RequestStatus)} />
      <Queue status={status} />
      <DecisionLog />
    </Stack>
  );
}

function Queue({ status }: { status: RequestStatus }) {
  const api = useApi();
  const list = useInfiniteQuery({
    queryKey: ["early-access", status],
    queryFn: ({ signal, pageParam }) => api.get<Page>(`${PATH}?${new URLSearchParams({ status, ...(pageParam === null ? {} : { cursor: pageParam }) })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton height={120} role="status" aria-label="Loading" />;
  const requests = list.data.pages.flatMap((page) => page.requests);
  if (requests.length === 0) return <Empty title={`No request is ${status}`} />;
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Requests">
      {requests.map((request) => (
        <Entry key={request.request_id} request={request} />
      ))}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          More
        </Button>
      )}
    </Stack>
  );
}

function Entry({ request }: { request: AccessRequest }) {
  return (
    <Card component="li" withBorder padding="md" data-status={request.status}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600}>{`${request.name}, ${request.company}`}</Text>
          <Badge color={COLOURS[request.status]} variant="light" tt="none">
            {request.status}
          </Badge>
        </Group>
        <Text size="sm">{`@${request.handle} · ${request.email} · asked ${format.instant(request.requested_at)}`}</Text>
        {request.reason !== "" && <Text size="sm">{request.reason}</Text>}
        {request.decision_reason !== "" && (
          <Text size="sm" c="dimmed">
            {request.decision_reason}
          </Text>
        )}
        <Decision request={request} />
      </Stack>
    </Card>
  );
}

function Decision({ request }: { request: AccessRequest }) {
  const api = useApi();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const decide = useMutation({
    mutationFn: (what: string) => api.post<AccessRequest>(`${PATH}/${request.request_id}/${what}`, what === "approve" ? undefined : { reason }),
    onSuccess: () => Promise.all([["early-access"], DECISIONS].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const refusal = { requested: "deny", approved: "revoke", denied: null, revoked: null }[request.status];
  return (
    <Stack gap="xs">
      {refusal !== null && <TextInput label="Reason, for a refusal" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />}
      {decide.isError && <Failure error={decide.error} />}
      <Group>
        {request.status !== "approved" && (
          <Button size="xs" loading={decide.isPending} onClick={() => decide.mutate("approve")}>
            Approve
          </Button>
        )}
        {refusal !== null && (
          <Button size="xs" variant="default" loading={decide.isPending} disabled={reason.trim() === ""} onClick={() => decide.mutate(refusal)}>
            {refusal === "deny" ? "Deny" : "Revoke"}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
