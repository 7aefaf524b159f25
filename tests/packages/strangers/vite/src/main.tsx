// `?node=https://…&room=abc-defg-hij&name=Ann`: a call on another site than the node's, as a guest.
import { Api } from "@aldis/client";
import { Controls, Tiles, useCall, useMedia } from "@aldis/react";
import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import "@aldis/react/styles.css";

const query = new URLSearchParams(location.search);
const [node, roomId, name] = [query.get("node") ?? "", query.get("room") ?? "", query.get("name") ?? ""];

function App() {
  const api = useMemo(() => new Api({ base: node }), []);
  const [isIn, setIsIn] = useState(false);
  useEffect(() => void api.enterAsGuest(roomId, name).then(() => setIsIn(true)), [api]);
  const media = useMedia();
  const { call, view } = useCall(isIn && media ? { url: node, roomId, api, media } : null);
  if (view?.stopped) return <p data-testid="over">The call is over: {view.stopped}</p>;
  if (!call) return <p>One moment…</p>;
  return (
    <main style={{ height: "100dvh", display: "grid", gridTemplateRows: "1fr auto" }} data-state={view?.state}>
      <Tiles call={call} name={name} />
      <Controls call={call} />
    </main>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
