// The frame of what is seen without a session.
import { Anchor, Card, Center, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Brand } from "../layout/Brand";

export function Outside({ title, children, width = 400 }: { title: string; children: ReactNode; width?: number }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <title>{`${title} · TikTok Organic Analytics`}</title>
      <Card withBorder padding="xl" w="100%" maw={width} shadow="sm">
        <Stack gap="lg">
          <Brand />
          <Title order={1} size="h3">
            {title}
          </Title>
          {children}
        </Stack>
      </Card>
    </Center>
  );
}

export function BackToSignIn() {
  return (
    <Anchor component={Link} to="/" size="sm">
      Back to sign-in
    </Anchor>
  );
}
