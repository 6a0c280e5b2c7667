import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { App } from "./app.ts";

/** Hands the console's state to its components. */
export const AppContext = createContext<App | undefined>(undefined);

/** The console's state, in a component below {@link AppContext}. */
export function useApp(): App {
  return useContext(AppContext)!;
}
