// Range and accounts for the whole dashboard.
import { Group, MultiSelect, SegmentedControl } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import type { Account, Day } from "../api/types";
import * as format from "../model/format";
import { type Range, inclusive, lastDay } from "../model/range";
import { Icon } from "../ui/icons";
import { nameOf } from "../widgets/accounts";
import { type Filters, PRESETS } from "./filters";

const CUSTOM = "custom";

interface Props {
  preset: number | null;
  filters: Filters;
  accounts: readonly Account[];
  today: Day;
  onPreset: (days: number) => void;
  onRange: (range: Range) => void;
  onAccounts: (accounts: readonly string[]) => void;
}

export function FilterBar({ preset, filters, accounts, today, onPreset, onRange, onAccounts }: Props) {
  const options = [...PRESETS.map((days) => ({ value: String(days), label: `${days} days` })), { value: CUSTOM, label: "Custom" }];
  return (
    <Group gap="sm" align="flex-end" role="group" aria-label="Filters">
      <SegmentedControl
        aria-label="Date range"
        size="sm"
        data={options}
        value={preset === null ? CUSTOM : String(preset)}
        onChange={(value) => (value === CUSTOM ? onRange({ from: filters.from, to: filters.to }) : onPreset(Number(value)))}
      />
      <RangePicker range={filters} today={today} onRange={onRange} />
      <MultiSelect
        aria-label="Accounts"
        placeholder={filters.accounts.length === 0 ? "All accounts" : ""}
        data={accounts.map((account) => ({ value: account.account_id, label: nameOf(account) }))}
        value={filters.accounts}
        onChange={onAccounts}
        clearable
        searchable
        miw={220}
        style={{ flex: "1 1 220px" }}
        maw={520}
        nothingFoundMessage="No such account"
      />
    </Group>
  );
}

interface PickerProps {
  range: Range;
  today: Day;
  onRange: (range: Range) => void;
}

function RangePicker({ range, today, onRange }: PickerProps) {
  const columns = useMediaQuery("(min-width: 700px)") ? 2 : 1;
  // The first of two days picked; the range shown stays as it is until the second.
  const [first, setFirst] = useState<Day | null>(null);
  const pick = ([one, other]: [Day | null, Day | null]): void => {
    const whole = one !== null && other !== null;
    setFirst(whole ? null : one);
    if (whole) onRange(inclusive(one, other));
  };
  return (
    <DatePickerInput
      type="range"
      allowSingleDateInRange
      aria-label={`First and last day: ${format.range(range)}`}
      leftSection={<Icon name="calendar" />}
      value={first === null ? [range.from, lastDay(range)] : [first, null]}
      onChange={pick}
      onDropdownClose={() => setFirst(null)}
      valueFormatter={({ date }) => labelOf(date)}
      firstDayOfWeek={1}
      weekendDays={[]}
      maxDate={today}
      numberOfColumns={columns}
      miw={230}
    />
  );
}

function labelOf(date: unknown): string {
  const [one, other] = Array.isArray(date) ? (date as (string | null)[]) : [];
  if (!one) return "";
  return other ? format.range(inclusive(one.slice(0, 10), other.slice(0, 10))) : `${format.day(one.slice(0, 10))} – …`;
}
