// The two ways to let an account go, for those who may.
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../api/people";
import type { Connection } from "../api/types";
import { nameOf } from "../widgets/accounts";
import { DisconnectQuestion } from "./DisconnectQuestion";
import { EraseForm } from "./EraseForm";

export function LettingGo({ connection }: { connection: Connection }) {
  const [way, choose] = useState<"disconnect" | "erase" | null>(null);
  const permissions = useMe().data?.permissions ?? [];
  const { account_id, username, status } = connection;
  const back = (): void => choose(null);
  return (
    <Stack gap="xs" mt="sm">
      <Group gap="xs">
        {permissions.includes("connect_accounts") && status !== "disconnected" && (
          <Button size="xs" variant="default" onClick={() => choose("disconnect")}>
            Disconnect
          </Button>
        )}
        {permissions.includes("erase") && (
          <Button size="xs" variant="outline" color="red" onClick={() => choose("erase")}>
            Erase the account
          </Button>
        )}
      </Group>
      {way === "disconnect" && <DisconnectQuestion account={account_id} name={nameOf(connection)} onDone={back} />}
      {way === "erase" && <EraseForm account={account_id} name={username ?? account_id} onCancel={back} />}
    </Stack>
  );
}
