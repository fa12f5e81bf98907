// The frame of the workspace's pages: which workspace, and the ways between its pages.
import { Group, Select, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { useMe, useSwitch, useWorkspaces } from "../api/people";
import type { Me } from "../api/types";
import { Failure } from "../ui/states";

const WAYS = [
  { to: "/workspace", name: "Settings", needs: "see_workspace" },
  { to: "/workspace/members", name: "Members", needs: "see_members" },
  { to: "/workspace/keys", name: "API keys", needs: "manage_keys" },
  { to: "/workspace/audit", name: "Audit log", needs: "read_audit" },
  { to: "/workspace/erasures", name: "Erasures", needs: "erase" },
];

/** `children` get who asks, once it is known. */
export function Frame({ title, children }: { title: string; children: (me: Me) => ReactNode }) {
  const me = useMe();
  return (
    <Stack gap="lg">
      <title>{`${title} · TikTok Organic Analytics`}</title>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {title}
        </Title>
        {me.data && <Switcher me={me.data} />}
      </Group>
      {me.isError && <Failure error={me.error} onRetry={() => void me.refetch()} />}
      {me.data && (
        <>
          <nav aria-label="Workspace">
            {WAYS.filter(({ needs }) => me.data.permissions.includes(needs)).map(({ to, name }) => (
              <NavLink key={to} to={to} end className="nav-link">
                {name}
              </NavLink>
            ))}
          </nav>
          {children(me.data)}
        </>
      )}
    </Stack>
  );
}

function Switcher({ me }: { me: Me }) {
  const workspaces = useWorkspaces();
  const change = useSwitch();
  const choices = workspaces.data?.workspaces ?? [];
  if (choices.length < 2) return null;
  return (
    <div>
      <Select
        aria-label="Workspace"
        data={choices.map(({ workspace_id, name }) => ({ value: workspace_id, label: name }))}
        value={me.workspace_id}
        allowDeselect={false}
        disabled={change.isPending}
        onChange={(id) => id !== null && change.mutate(id)}
        data-testid="switch-workspace"
      />
      {change.isError && <Failure error={change.error} />}
    </div>
  );
}
