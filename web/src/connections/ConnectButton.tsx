// Starts the way to TikTok's consent page.
import { Button, Stack } from "@mantine/core";
import { useConnect } from "../api/queries";
import { Icon } from "../ui/icons";
import { Failure } from "../ui/states";

interface Props {
  label?: string;
  quiet?: boolean;
  /** The account that is to be connected anew. */
  again?: string;
}

export function ConnectButton({ label = "Connect TikTok account", quiet = false, again }: Props) {
  const connect = useConnect(again);
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
