import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { account } from "./account.ts";
import { App } from "./app.tsx";
import { keepOfflinePage } from "./offline/register.ts";
import { keepFocus } from "./parts/keep-focus.ts";
import { startLanguage } from "./strings.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/buttons.css";
import "./styles/forms.css";
import "./styles/pages.css";
import "./support.ts";

const element = document.getElementById("root");
if (!element) throw new Error("index.html has no element #root to show the app in");
const root = createRoot(element);
addEventListener("pagehide", () => account.keepGuest());
void account.restore();
keepOfflinePage();
keepFocus();
void startLanguage().then(() =>
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
