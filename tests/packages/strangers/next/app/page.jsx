"use client";

import { Controls, Tiles, useCall, useMedia } from "@aldis/react";
import "@aldis/react/styles.css";

export default function Page() {
  const media = useMedia();
  const { call } = useCall(media && { url: "https://calls.example.org", roomId: "abc-defg-hij", token: "none", media });
  if (!call) return <p>One moment…</p>;
  return (
    <main>
      <Tiles call={call} name="Ann" />
      <Controls call={call} />
    </main>
  );
}
