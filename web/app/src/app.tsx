import { lazy, Suspense, useEffect } from "react";
import { useAccount } from "./account.ts";
import { Lobby } from "./pages/lobby.tsx";
import { ResetPage, VerifyPage } from "./pages/mailed.tsx";
import { DisabledPage, MissingPage, OutdatedPage, UnreachablePage } from "./pages/notices.tsx";
import { Welcome } from "./pages/welcome.tsx";
import { useTitle } from "./parts/page-title.tsx";
import { Waiting } from "./parts/waiting.tsx";
import { useRoute } from "./route.ts";

/** The call's part of the program: not needed for the first view, and fetched as soon as that is shown. */
const room = () =>
  import("./pages/room.tsx").then(
    ({ RoomPage }) => ({ default: RoomPage }),
    // The server has a newer version, or is away.
    () => ({ default: OutdatedPage }),
  );
const RoomPage = lazy(room);

/** Which page is shown: by the address, and by who is signed in. */
export function App() {
  const route = useRoute();
  const account = useAccount();
  const roomId = route.page === "room" ? route.roomId : null;
  useTitle(roomId);
  useEffect(() => void room(), []);

  if (route.page === "missing") return <MissingPage />;
  if (route.page === "reset") return <ResetPage key={route.token} token={route.token} />;
  if (route.page === "verify") return <VerifyPage key={route.token} token={route.token} />;
  switch (account.status) {
    case "unknown":
      return <Waiting label="Loading" />;
    case "unreachable":
      return <UnreachablePage why={account.why} />;
    case "disabled":
      return <DisabledPage />;
    case "out":
      return <Welcome roomId={roomId} invite={route.page === "home" ? route.invite : undefined} />;
    case "in":
      return roomId ? (
        <Suspense fallback={<Waiting label="Loading" />}>
          <RoomPage key={roomId} roomId={roomId} user={account.user} />
        </Suspense>
      ) : (
        <Lobby user={account.user} />
      );
  }
}
