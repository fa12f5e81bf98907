// The pages by address. Each is a chunk of its own: signing in does not wait for charts.
import { createBrowserRouter } from "react-router";
import { Gate } from "./auth/Gate";
import { Crash } from "./layout/Crash";
import { Shell } from "./layout/Shell";

export function createRouter() {
  return createBrowserRouter([
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
        { path: "/connect/failed", lazy: async () => ({ Component: (await import("./connections/FailedPage")).FailedPage }) },
      ],
    },
  ]);
}
