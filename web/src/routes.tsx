// The pages by address. Each is a chunk of its own: signing in does not wait for charts.
import { createBrowserRouter } from "react-router";
import { Gate } from "./auth/Gate";
import { Crash } from "./layout/Crash";
import { Doorway } from "./layout/Doorway";
import { Shell } from "./layout/Shell";

export function createRouter() {
  return createBrowserRouter([
    // Whoever is invited has no session yet.
    { path: "/invitation", errorElement: <Crash />, HydrateFallback: () => null, lazy: async () => ({ Component: (await import("./people/InvitationPage")).InvitationPage }) },
    {
      // For the owner of an account, who has no sign-in here.
      element: <Doorway />,
      errorElement: <Crash />,
      HydrateFallback: () => null,
      children: [
        { path: "/connect/link", lazy: async () => ({ Component: (await import("./connections/LinkPage")).LinkPage }) },
        { path: "/connect/link/confirm", lazy: async () => ({ Component: (await import("./connections/OwnerConfirmPage")).OwnerConfirmPage }) },
        { path: "/connect/failed", lazy: async () => ({ Component: (await import("./connections/FailedPage")).FailedPage }) },
      ],
    },
    { path: "/early-access", lazy: async () => ({ Component: (await import("./auth/EarlyAccess")).EarlyAccess }) },
    { path: "/forgot-password", lazy: async () => ({ Component: (await import("./auth/ForgotPassword")).ForgotPassword }) },
    { path: "/reset-password", lazy: async () => ({ Component: (await import("./auth/ResetPassword")).ResetPassword }) },
    { path: "/signed-in", lazy: async () => ({ Component: (await import("./auth/SignedIn")).SignedIn }) },
    {
      element: (
        <Gate>
          <Shell />
        </Gate>
      ),
      errorElement: <Crash />,
      HydrateFallback: () => null,
      children: [
        { path: "/", lazy: async () => ({ Component: (await import("./dashboard/DashboardPage")).DashboardPage }) },
        { path: "/connections", lazy: async () => ({ Component: (await import("./connections/ConnectionsPage")).ConnectionsPage }) },
        { path: "/security", lazy: async () => ({ Component: (await import("./account/SecurityPage")).SecurityPage }) },
        { path: "/operator/early-access", lazy: async () => ({ Component: (await import("./operator/QueuePage")).QueuePage }) },
        { path: "/connect/confirm", lazy: async () => ({ Component: (await import("./connections/ConfirmPage")).ConfirmPage }) },
        { path: "/connect", lazy: async () => ({ Component: (await import("./connections/GalleryPage")).GalleryPage }) },
        { path: "/workspace", lazy: async () => ({ Component: (await import("./people/WorkspacePage")).WorkspacePage }) },
        { path: "/workspace/members", lazy: async () => ({ Component: (await import("./people/MembersPage")).MembersPage }) },
        { path: "/workspace/keys", lazy: async () => ({ Component: (await import("./people/KeysPage")).KeysPage }) },
        { path: "/workspace/audit", lazy: async () => ({ Component: (await import("./people/AuditPage")).AuditPage }) },
        { path: "/workspace/erasures", lazy: async () => ({ Component: (await import("./erasing/ErasuresPage")).ErasuresPage }) },
      ],
    },
  ]);
}
