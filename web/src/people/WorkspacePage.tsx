// The workspace's name, time zone and first weekday; another workspace; and leaving for good.
import { Button, Select, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useChangeWorkspace, useCreateWorkspace, useWorkspace } from "../api/people";
import type { Me, WeekStart, Workspace } from "../api/types";
import { Failure } from "../ui/states";
import { Farewell } from "./Farewell";
import { Frame } from "./Frame";

const WEEKS: { value: WeekStart; label: string }[] = [
  { value: "monday", label: "Monday" },
  { value: "saturday", label: "Saturday" },
  { value: "sunday", label: "Sunday" },
];

export function WorkspacePage() {
  return (
    <Frame title="Workspace">
      {(me) => (
        <>
          <Settings me={me} />
          <Another />
          <Farewell me={me} />
        </>
      )}
    </Frame>
  );
}

function Settings({ me }: { me: Me }) {
  const workspace = useWorkspace();
  if (workspace.isError) return <Failure error={workspace.error} onRetry={() => void workspace.refetch()} />;
  if (!workspace.data) return <Skeleton height={200} role="status" aria-label="Loading" />;
  // By its id: the fields of one workspace are not the next one's.
  return <Form key={workspace.data.workspace_id} workspace={workspace.data} may={me.permissions.includes("change_workspace")} />;
}

function Form({ workspace, may }: { workspace: Workspace; may: boolean }) {
  const [name, setName] = useState(workspace.name);
  const [timezone, setTimezone] = useState(workspace.timezone);
  const [weekStart, setWeekStart] = useState(workspace.week_start);
  const change = useChangeWorkspace();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ name, timezone, week_start: weekStart });
  };
  return (
    <form onSubmit={save} aria-label="Settings">
      <Stack gap="sm" maw={420}>
        <TextInput label="Name" required withAsterisk={false} disabled={!may} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Select label="Time zone" data={timezones(timezone)} value={timezone} searchable allowDeselect={false} disabled={!may} onChange={(zone) => zone !== null && setTimezone(zone)} />
        <Select label="Weeks begin on" data={WEEKS} value={weekStart} allowDeselect={false} disabled={!may} onChange={(day) => day !== null && setWeekStart(day as WeekStart)} />
        {change.isError && <Failure error={change.error} />}
        {change.isSuccess && <Text role="status">Saved.</Text>}
        {may && (
          <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
            Save
          </Button>
        )}
      </Stack>
    </form>
  );
}

/** The browser's list; it may lack UTC or a name the workspace has. */
function timezones(current: string): string[] {
  return [...new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")])];
}

function Another() {
  const [name, setName] = useState("");
  const create = useCreateWorkspace();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ name: name.trim() }, { onSuccess: () => setName("") });
  };
  return (
    <form onSubmit={submit} aria-label="Another workspace">
      <Stack gap="sm" maw={420}>
        <Title order={2} size="h4">
          Another workspace
        </Title>
        <TextInput label="Its name" required withAsterisk={false} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        {create.isError && <Failure error={create.error} />}
        {create.isSuccess && <Text role="status">{`${create.data.name} is there; switch to it above.`}</Text>}
        <Button type="submit" variant="default" loading={create.isPending} style={{ alignSelf: "flex-start" }}>
          Create
        </Button>
      </Stack>
    </form>
  );
}
