import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { account } from "./account.ts";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/forms.css";
import "./styles/pages.css";
import "./styles/room.css";
import "./styles/chat.css";
import "./support.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root to show the app in");
void account.restore();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
