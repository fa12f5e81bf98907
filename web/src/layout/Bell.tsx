// The bell: what the person was told, unread first.
import { ActionIcon, Anchor, Button, Group, Indicator, Popover, ScrollArea, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { useApi } from "../api/context";
import type { Notice, NoticeList } from "../api/account";
import * as format from "../model/format";
import { Icon } from "../ui/icons";
import { Failure } from "../ui/states";

const LOOK_EVERY_MS = 30_000;
const PATH = "/auth/v1/notices";

export function Bell() {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const notices = useQuery({
    queryKey: ["notices"],
    queryFn: ({ signal }) => api.get<NoticeList>(PATH, signal),
    refetchInterval: LOOK_EVERY_MS,
  });
  const unread = notices.data?.unread ?? 0;
  return (
    <Popover opened={open} onChange={setOpen} width={360} position="bottom-end" withArrow shadow="md">
      <Indicator label={unread} disabled={unread === 0} size={16} color="red">
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" onClick={() => setOpen(!open)} aria-label={unread > 0 ? `Notices, ${unread} unread` : "Notices"}>
            <Icon name="bell" size={18} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown>
        {notices.isError && <Failure error={notices.error} onRetry={() => void notices.refetch()} />}
        {notices.data && <Told list={notices.data} onLeave={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Told({ list, onLeave }: { list: NoticeList; onLeave: () => void }) {
  const read = useReading();
  if (list.notices.length === 0) return <Text size="sm">There is nothing to tell.</Text>;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text fw={600}>Notices</Text>
        <Button size="compact-xs" variant="subtle" disabled={list.unread === 0} loading={read.isPending} onClick={() => read.mutate(null)}>
          Mark all read
        </Button>
      </Group>
      {read.isError && <Failure error={read.error} />}
      <ScrollArea.Autosize mah={400}>
        <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: "none" }} aria-label="Notices">
          {list.notices.map((notice) => (
            <One key={notice.notice_id} notice={notice} onRead={() => read.mutate(notice.notice_id)} onLeave={onLeave} />
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </Stack>
  );
}

function One({ notice, onRead, onLeave }: { notice: Notice; onRead: () => void; onLeave: () => void }) {
  const unread = notice.read_at === null;
  return (
    <li>
      <Text size="sm" fw={unread ? 600 : 400}>
        {notice.title}
      </Text>
      <Text size="xs" c="dimmed">
        {format.instant(notice.created_at)}
      </Text>
      <Text size="sm">{notice.paragraphs[0]}</Text>
      <Group gap="sm">
        {notice.place !== null && (
          <Anchor component={Link} to={notice.place} size="sm" onClick={onLeave}>
            {notice.action}
          </Anchor>
        )}
        {unread && (
          <Anchor component="button" type="button" size="sm" onClick={onRead}>
            Mark read
          </Anchor>
        )}
      </Group>
    </li>
  );
}

function useReading() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) => api.send("POST", id === null ? `${PATH}/read` : `${PATH}/${id}/read`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["notices"] }),
  });
}
