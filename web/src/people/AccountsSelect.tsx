// Which accounts a person or a key may see: all, or some by name.
import { MultiSelect } from "@mantine/core";
import { useAccounts } from "../api/queries";
import { nameOf } from "../widgets/accounts";

/** Nothing chosen is all accounts, now and later. */
export function AccountsSelect({ value, onChange }: { value: string[] | null; onChange: (accounts: string[] | null) => void }) {
  const accounts = useAccounts();
  return (
    <MultiSelect
      label="Accounts"
      placeholder={value === null ? "All accounts" : ""}
      data={(accounts.data ?? []).map((account) => ({ value: account.account_id, label: nameOf(account) }))}
      value={value ?? []}
      onChange={(chosen) => onChange(chosen.length === 0 ? null : chosen)}
      clearable
      searchable
    />
  );
}
