// Who is in the workspace and who is invited.
import { Badge, Button, Card, Group, Select, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useHandOver, useInvitations, useInvite, useLeave, useMembers, useRemoveMember, useRevokeInvitation, useSetMember } from "../api/people";
import type { Invitation, Me, Member, Role } from "../api/types";
import * as format from "../model/format";
import { Failure } from "../ui/states";
import { AccountsSelect } from "./AccountsSelect";
import { Frame } from "./Frame";
import { Sure } from "./Sure";
import { ROLES, accountsInWords, hasAllowList, mayManage, roles } from "./words";

export function MembersPage() {
  return (
    <Frame title="Members">
      {(me) => (
        <>
          <Members me={me} />
          {roles(me).length > 0 && <Invitations me={me} />}
          <Leave />
        </>
      )}
    </Frame>
  );
}

function Members({ me }: { me: Me }) {
  const members = useMembers();
  if (members.isError) return <Failure error={members.error} onRetry={() => void members.refetch()} />;
  if (!members.data) return <Skeleton height={160} role="status" aria-label="Loading" />;
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Members" data-testid="members">
      {members.data.members.map((member) => (
        <Entry key={member.user_id} me={me} member={member} />
      ))}
    </Stack>
  );
}

function Entry({ me, member }: { me: Me; member: Member }) {
  const [editing, edit] = useState(false);
  const remove = useRemoveMember();
  const handOver = useHandOver();
  const mine = member.user_id === me.user_id;
  const manages = mayManage(me, member);
  const error = remove.error ?? handOver.error;
  return (
    <Card component="li" withBorder padding="md" data-member={member.email} data-role={member.role}>
      <Group justify="space-between">
        <div>
          <Text fw={600}>{`${member.email ?? "A user being deleted"}${mine ? " (you)" : ""}`}</Text>
          <Text size="sm" c="dimmed">
            {accountsInWords(member.accounts)}
          </Text>
        </div>
        <Group gap="xs">
          <Badge variant="dot" tt="none" size="lg" title={ROLES[member.role].meaning}>
            {ROLES[member.role].name}
          </Badge>
          {manages && !mine && (
            <>
              <Button size="xs" variant="default" onClick={() => edit(!editing)} aria-expanded={editing}>
                Change
              </Button>
              <Sure label="Remove" question="Remove this member" busy={remove.isPending} onSure={() => remove.mutate(member.user_id)} />
            </>
          )}
          {me.permissions.includes("manage_owners") && !mine && (
            <Sure label="Hand over" question="Make them owner and me admin" busy={handOver.isPending} onSure={() => handOver.mutate(member.user_id)} />
          )}
        </Group>
      </Group>
      {error !== null && <Failure error={error} />}
      {editing && <Change me={me} member={member} onDone={() => edit(false)} />}
    </Card>
  );
}

function Change({ me, member, onDone }: { me: Me; member: Member; onDone: () => void }) {
  const [role, setRole] = useState(member.role);
  const [accounts, setAccounts] = useState(member.accounts);
  const change = useSetMember();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ user_id: member.user_id, role, accounts: hasAllowList(role) ? accounts : null }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="sm" mt="sm" maw={420}>
        <RoleSelect me={me} value={role} onChange={setRole} />
        {hasAllowList(role) && <AccountsSelect value={accounts} onChange={setAccounts} />}
        {change.isError && <Failure error={change.error} />}
        <Button type="submit" size="xs" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
          Save
        </Button>
      </Stack>
    </form>
  );
}

function RoleSelect({ me, value, onChange }: { me: Me; value: Role; onChange: (role: Role) => void }) {
  const choices = roles(me).map((role) => ({ value: role, label: ROLES[role].name }));
  return (
    <Select
      label="Role"
      description={ROLES[value].meaning}
      data={choices}
      value={value}
      allowDeselect={false}
      onChange={(role) => role !== null && onChange(role as Role)}
    />
  );
}

function Invitations({ me }: { me: Me }) {
  const invitations = useInvitations(true);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Invitations
      </Title>
      <Invite me={me} />
      {invitations.isError && <Failure error={invitations.error} onRetry={() => void invitations.refetch()} />}
      <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Invitations" data-testid="invitations">
        {(invitations.data?.invitations ?? []).map((invitation) => (
          <Waiting key={invitation.invitation_id} invitation={invitation} />
        ))}
      </Stack>
    </Stack>
  );
}

function Invite({ me }: { me: Me }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [accounts, setAccounts] = useState<string[] | null>(null);
  const invite = useInvite();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    const wish = { email: email.trim(), role, accounts: hasAllowList(role) ? accounts : null };
    invite.mutate(wish, { onSuccess: () => setEmail("") });
  };
  return (
    <form onSubmit={send} aria-label="Invite">
      <Stack gap="sm" maw={420}>
        <TextInput label="Email" type="email" required withAsterisk={false} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <RoleSelect me={me} value={role} onChange={setRole} />
        {hasAllowList(role) && <AccountsSelect value={accounts} onChange={setAccounts} />}
        {invite.isError && <Failure error={invite.error} />}
        {invite.isSuccess && <Text role="status">{`An invitation is on its way to ${invite.data.email}.`}</Text>}
        <Button type="submit" loading={invite.isPending} style={{ alignSelf: "flex-start" }}>
          Invite
        </Button>
      </Stack>
    </form>
  );
}

function Waiting({ invitation }: { invitation: Invitation }) {
  const revoke = useRevokeInvitation();
  return (
    <Card component="li" withBorder padding="sm" data-invited={invitation.email}>
      <Group justify="space-between">
        <div>
          <Text>{invitation.email}</Text>
          <Text size="sm" c="dimmed">
            {`${ROLES[invitation.role].name} · ${accountsInWords(invitation.accounts)} · until ${format.instant(invitation.expires_at)}`}
          </Text>
        </div>
        <Sure label="Revoke" question="Revoke this invitation" busy={revoke.isPending} onSure={() => revoke.mutate(invitation.invitation_id)} />
      </Group>
      {revoke.isError && <Failure error={revoke.error} />}
    </Card>
  );
}

function Leave() {
  const leave = useLeave();
  return (
    <div>
      <Sure label="Leave this workspace" question="Leave, and lose its figures" busy={leave.isPending} onSure={() => leave.mutate()} />
      {leave.isError && <Failure error={leave.error} />}
    </div>
  );
}
