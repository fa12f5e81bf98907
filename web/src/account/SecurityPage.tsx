// The person's own security: password, second factor, sessions.
import { Stack, Title } from "@mantine/core";
import { PasswordCard } from "./PasswordCard";
import { SecondFactorCard } from "./SecondFactorCard";
import { SessionsCard } from "./SessionsCard";

export function SecurityPage() {
  return (
    <Stack gap="lg" maw={640}>
      <title>Security · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        Security
      </Title>
      <SessionsCard />
      <PasswordCard />
      <SecondFactorCard />
    </Stack>
  );
}
