import { render } from "preact";
import { readConfiguration } from "./state/configuration.ts";
import { createApp } from "./state/app.ts";
import { AppContext } from "./state/use-app.ts";
import { Console } from "./views/console.tsx";

/** Starts the console in the page. */
async function start(): Promise<void> {
  const root = document.getElementById("app")!;
  try {
    const app = createApp(await readConfiguration());
    render(
      <AppContext.Provider value={app}>
        <Console />
      </AppContext.Provider>,
      root,
    );
  } catch (error) {
    root.textContent = error instanceof Error ? error.message : String(error);
  }
}

await start();
