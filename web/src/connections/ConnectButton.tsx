// Starts the way to TikTok's consent page.
import { Button, Stack } from "@mantine/core";
import { useConnect } from "../api/queries";
import { Icon } from "../ui/icons";
import { Failure } from "../ui/states";

export function ConnectButton({ label = "Connect TikTok account", quiet = false }: { label?: string; quiet?: boolean }) {
  const connect = useConnect();
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        onClick={() => connect.mutate()}
        loading={connect.isPending || connect.isSuccess}
        variant={quiet ? "default" : "filled"}
        size={quiet ? "xs" : "sm"}
        {...(quiet ? {} : { leftSection: <Icon name="plus" /> })}
      >
        {label}
      </Button>
      {connect.isError && <Failure error={connect.error} />}
    </Stack>
  );
}
