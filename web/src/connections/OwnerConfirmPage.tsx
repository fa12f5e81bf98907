// The owner of an account, back from TikTok by a link: keeps it for the workspace, or gives it back.
import { Alert, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { Failure } from "../ui/states";
import { nameOf } from "../widgets/accounts";
import { Decision } from "./Decision";
import * as ownerApi from "./ownerApi";

export function OwnerConfirmPage() {
  const [search] = useSearchParams();
  const id = search.get("pending") ?? "";
  const pending = useQuery({ queryKey: ["owners-pending", id], queryFn: () => ownerApi.pending(id), staleTime: Infinity, retry: false });
  return (
    <Stack gap="lg">
      <title>Confirm your account · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        {pending.isError ? "There is nothing to confirm" : "Is this the account you meant?"}
      </Title>
      {pending.isPending && <Skeleton height={180} role="status" aria-label="Loading" />}
      {pending.isError && (
        <>
          <Failure error={pending.error} />
          <Text size="sm">Open the link that was sent to you again, in this browser.</Text>
        </>
      )}
      {pending.data && <Choice pending={pending.data} />}
    </Stack>
  );
}

function Choice({ pending }: { pending: ownerApi.OwnersPending }) {
  const keep = useMutation({ mutationFn: () => ownerApi.keep(pending.pending_id) });
  const drop = useMutation({ mutationFn: () => ownerApi.giveBack(pending.pending_id) });
  if (keep.data) {
    return (
      <Alert color="teal" variant="light" title="Thank you, that is all" role="status">
        {`${nameOf(pending)} now gives its figures to ${keep.data.workspace_name}. You can end this in the TikTok app (Settings and privacy, Security, Manage app permissions) at any time. You may close this page.`}
      </Alert>
    );
  }
  if (drop.isSuccess) {
    return (
      <Alert color="gray" variant="light" title="Nothing was connected" role="status">
        {`The access to ${nameOf(pending)} was handed back. For another account, log out of TikTok or use a private window, then open your link again.`}
      </Alert>
    );
  }
  return (
    <Decision pending={pending} keep={keep} drop={drop} error={keep.error ?? drop.error}>
      <Text size="sm">{`Its figures will be read for ${pending.workspace_name}.`}</Text>
    </Decision>
  );
}
