import { lazy, Suspense, useEffect } from "react";
import { account, useAccount } from "./account.ts";
import { Invited } from "./pages/invited.tsx";
import { ResetPage, VerifyPage } from "./pages/mailed.tsx";
import { DisabledPage, MissingPage, OutdatedPage, UnreachablePage } from "./pages/notices.tsx";
import { Welcome } from "./pages/welcome.tsx";
import { useTitle } from "./parts/page-title.tsx";
import { Waiting } from "./parts/waiting.tsx";
import { callKey, useRoute } from "./route.ts";
import { t, useLanguage } from "./strings.ts";

// What the first view does not need is fetched after it. It may fail: the server has a newer version, or is away.
const outdated = () => ({ default: OutdatedPage });
const room = () =>
  import("./pages/room.tsx").then(async ({ RoomPage, loadRoomStrings }) => {
    await loadRoomStrings();
    return { default: RoomPage };
  }, outdated);
const lobby = () => import("./pages/lobby.tsx").then(({ Lobby }) => ({ default: Lobby }), outdated);
const RoomPage = lazy(room);
const Lobby = lazy(lobby);
/** By then the first view is shown, also on a phone: before, it would share the line with this. Milliseconds. */
const AFTER_FIRST_VIEW_MS = 1_500;

/** Which page is shown: by the address, and by who is signed in. */
export function App() {
  // Every text follows a change of the language.
  useLanguage();
  const route = useRoute();
  const view = useAccount();
  const roomId = route.page === "room" ? route.roomId : null;
  const isStrayGuest = view.status === "in" && view.guestOf !== undefined && view.guestOf !== roomId;
  useTitle(roomId);
  useEffect(() => {
    const timer = setTimeout(() => void Promise.all([room(), lobby()]), AFTER_FIRST_VIEW_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (isStrayGuest) account.leaveGuest();
  }, [isStrayGuest]);

  if (route.page === "missing") return <MissingPage />;
  if (route.page === "reset") return <ResetPage key={route.token} token={route.token} />;
  if (route.page === "verify") return <VerifyPage key={route.token} token={route.token} />;
  if (isStrayGuest) return <Waiting label={t().loading} />;
  switch (view.status) {
    case "unknown":
      return <Waiting label={t().loading} />;
    case "unreachable":
      return <UnreachablePage why={view.why} />;
    case "disabled":
      return <DisabledPage />;
    case "out":
      return roomId ? (
        <Invited key={roomId} roomId={roomId} why={view.why} />
      ) : (
        <Welcome invite={route.page === "home" ? route.invite : undefined} />
      );
    case "in":
      return (
        <Suspense fallback={<Waiting label={t().loading} />}>
          {roomId ? (
            <RoomPage key={callKey(roomId)} roomId={roomId} user={view.user} />
          ) : (
            <Lobby user={view.user} />
          )}
        </Suspense>
      );
  }
}
