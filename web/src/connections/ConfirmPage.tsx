// After TikTok's consent: is this the account that was meant? Only Keep stores it.
import { Skeleton, Stack, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { useApi } from "../api/context";
import { usePending } from "../api/queries";
import type { PendingConnection } from "../api/types";
import { Failure } from "../ui/states";
import { nameOf } from "../widgets/accounts";
import { ConnectButton } from "./ConnectButton";
import { Decision } from "./Decision";

export function ConfirmPage() {
  const [search] = useSearchParams();
  const pending = usePending(search.get("pending") ?? "");
  return (
    <Stack gap="lg" maw={560} mx="auto">
      <title>Confirm the account · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        {pending.isError ? "There is nothing to confirm" : "Is this the account you meant?"}
      </Title>
      {pending.isError && (
        <>
          <Failure error={pending.error} />
          <ConnectButton label="Start again" />
        </>
      )}
      {pending.isPending && <Skeleton height={180} role="status" aria-label="Loading" />}
      {pending.data && <Choice pending={pending.data} />}
    </Stack>
  );
}

function Choice({ pending }: { pending: PendingConnection }) {
  const { keep, drop, error } = useDecision(pending);
  return <Decision pending={pending} keep={keep} drop={drop} error={error} />;
}

function useDecision(pending: PendingConnection) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async (notice: string): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ["connections"] });
    await queries.invalidateQueries({ queryKey: ["accounts"] });
    await navigate("/connections", { replace: true, state: { notice } });
  };
  const keep = useMutation({
    mutationFn: () => api.confirm(pending.pending_id),
    onSuccess: () => leave(`${nameOf(pending)} is connected. Its first figures arrive within minutes.`),
  });
  const drop = useMutation({
    mutationFn: () => api.decline(pending.pending_id),
    onSuccess: () => leave(`${nameOf(pending)} was not connected; the access TikTok had given was handed back.`),
  });
  return { keep, drop, error: keep.error ?? drop.error };
}
