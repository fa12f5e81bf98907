// The frame of every signed-in page: brand, ways, sign-out.
import { Box, Button, Container, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { NavLink, Outlet } from "react-router";
import { useSession } from "../api/context";
import { asProblem } from "../api/problem";
import { Bell } from "./Bell";
import { Brand } from "./Brand";

const WAYS = [
  { to: "/", name: "Dashboard", end: true },
  { to: "/connections", name: "Connections", end: true },
  { to: "/workspace", name: "Workspace", end: false },
  { to: "/security", name: "Security", end: true },
];
const OPERATORS_WAY = { to: "/operator/early-access", name: "Early access", end: true };

export function Shell() {
  const { session } = useSession();
  const ways = session.isOperator ? [...WAYS, OPERATORS_WAY] : WAYS;
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Box component="header" bg="var(--mantine-color-body)" style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
        <Container size={1320} py="xs">
          <Group justify="space-between" gap="xs">
            <Brand compact />
            <Group gap={4} wrap="nowrap" miw={0}>
              <nav aria-label="Main" className="main-nav">
                {ways.map(({ to, name, end }) => (
                  <NavLink key={to} to={to} end={end} className="nav-link">
                    {name}
                  </NavLink>
                ))}
              </nav>
              <Bell />
              <SignOut />
            </Group>
          </Group>
        </Container>
      </Box>
      <Container component="main" id="main" size={1320} py="lg">
        <Outlet />
      </Container>
    </>
  );
}

function SignOut() {
  const { session } = useSession();
  const signOut = useMutation({ mutationFn: () => session.signOut() });
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      style={{ flex: "none" }}
      loading={signOut.isPending}
      onClick={() => signOut.mutate()}
      title={signOut.isError ? asProblem(signOut.error).message : undefined}
      color={signOut.isError ? "red" : undefined}
    >
      {signOut.isError ? "Sign-out failed: again" : "Sign out"}
    </Button>
  );
}
