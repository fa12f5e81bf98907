import { Group, Text } from "@mantine/core";

export function Brand({ compact = false }: { compact?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap">
      <img src="/favicon.svg" alt="" width={28} height={28} />
      <Text fw={700} {...(compact ? { visibleFrom: "sm" } : {})}>
        TikTok Organic Analytics
      </Text>
    </Group>
  );
}
