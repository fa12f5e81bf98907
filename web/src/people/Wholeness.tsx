// Whether an audit log is whole: the server follows its chain from the first entry.
import { Alert, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "../api/context";
import type { AuditIntegrity } from "../api/types";
import * as format from "../model/format";

export function Wholeness({ path, query }: { path: string; query: readonly string[] }) {
  const api = useApi();
  const integrity = useQuery({ queryKey: query, queryFn: ({ signal }) => api.get<AuditIntegrity>(path, signal) });
  if (!integrity.data) return null;
  const { whole, entries, broken_at } = integrity.data;
  if (whole) return <Text size="sm" c="dimmed" data-testid="audit-whole">{`${format.whole(entries)} entries, none missing and none changed.`}</Text>;
  return (
    <Alert color="red" variant="light" role="alert" title="The log is not whole">
      {`Entry ${broken_at ?? ""} is missing or was changed after it was written.`}
    </Alert>
  );
}
