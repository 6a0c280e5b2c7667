import type { Installation } from "../setup/installation.ts";
import type { Examination } from "./finding.ts";
import { fixByStatement } from "./fixes.ts";

/** Whether strangers can make themselves viewers: open sign-up, and every signed-in user counts as one. */
export function examineSignUp(installation: Installation): Examination {
  const check = "viewers";
  return {
    name: check,
    examine: async () => {
      const client = await installation.client();
      const { data } = await client.rpc("get_sync_settings");
      const viewers = (data as { viewers?: unknown } | null)?.viewers;
      if (typeof viewers !== "string") {
        return [{ check, status: "skipped", message: "the settings could not be read" }];
      }
      if (viewers === "assigned") {
        return [{ check, status: "ok", message: "only users with a media_role read the library" }];
      }
      const settings = await client.authSettings();
      if (settings?.disable_signup === true) {
        return [{ check, status: "ok", message: "every signed-in user; sign-up is closed" }];
      }
      return [{
        check,
        status: "warning",
        message: settings === null
          ? "every signed-in user reads the library; whether sign-up is open is not known"
          : "sign-up is open, and every signed-in user reads the library",
        mend: "update media_sync.settings set viewers = 'assigned', or close sign-up",
        fix: fixByStatement(installation, "update media_sync.settings set viewers = 'assigned'"),
      }];
    },
  };
}
