// Saves what a widget shows, in full, as a CSV file. The token travels in a header, so a plain link cannot do it.
import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { WidgetQuery } from "../api/client";
import { useApi } from "../api/context";
import { asProblem } from "../api/problem";
import { lastDay } from "../model/range";
import { Icon } from "../ui/icons";

interface Props {
  slug: string;
  title: string;
  query: WidgetQuery;
  disabled: boolean;
}

export function CsvButton({ slug, title, query, disabled }: Props) {
  const api = useApi();
  const download = useMutation({
    mutationFn: () => api.widgetCsv(slug, query),
    onSuccess: (blob) => save(blob, fileName(slug, query)),
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="download" />}
        disabled={disabled}
        loading={download.isPending}
        onClick={() => download.mutate()}
        aria-label={`Download ${title} as CSV`}
      >
        CSV
      </Button>
      {download.isError && (
        <Text size="xs" c="red" role="alert">
          {asProblem(download.error).message}
        </Text>
      )}
    </>
  );
}

function fileName(slug: string, { from, to }: WidgetQuery): string {
  const days = from !== undefined && to !== undefined ? `_${from}_${lastDay({ from, to })}` : "";
  return `${slug}${days}.csv`;
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Browsers read the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
