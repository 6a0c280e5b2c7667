import { createClient } from "@supabase/supabase-js";
import { effect } from "@preact/signals";
import { createMediaClient, type MediaClient } from "../../../../supabase/client/mod.ts";
import type { AnySupabaseClient } from "../../../../supabase/client/mod.ts";
import type { Configuration } from "./configuration.ts";
import { Emulator } from "./emulator.ts";
import { Library } from "./library.ts";
import { LibraryState } from "./library-state.ts";
import { Live } from "./live.ts";
import { MetadataFields } from "./metadata-fields.ts";
import { Notices } from "./notices.ts";
import { createPreferences, type Preferences } from "./preferences.ts";
import { Router } from "./router.ts";
import { Session } from "./session.ts";
import { Uploads } from "./uploads.ts";

/** All that the console knows, handed to its components. */
export interface App {
  configuration: Configuration;
  supabase: AnySupabaseClient;
  media: MediaClient;
  session: Session;
  router: Router;
  notices: Notices;
  library: Library;
  trash: Library;
  state: LibraryState;
  metadataFields: MetadataFields;
  uploads: Uploads;
  live: Live;
  preferences: Preferences;
  /** The emulated Cloudinary, beside the local stack. */
  emulator: Emulator | undefined;
}

/** Puts the console's state together; it begins to read when somebody is signed in. */
export function createApp(configuration: Configuration): App {
  const supabase = createClient(configuration.url, configuration.publishable_key);
  const media = createMediaClient(supabase);
  const library = new Library(media);
  const app: App = {
    configuration,
    supabase,
    media,
    session: new Session(supabase),
    router: new Router(),
    notices: new Notices(),
    library,
    trash: new Library(media, { deleted: true }),
    state: new LibraryState(media),
    metadataFields: new MetadataFields(media),
    uploads: new Uploads(media, () => library.refreshSoon()),
    live: new Live(media),
    preferences: createPreferences(),
    emulator: configuration.emulator === undefined
      ? undefined
      : new Emulator(configuration.emulator),
  };
  app.live.listen(() => {
    library.refreshSoon();
    app.trash.refreshSoon();
    app.state.refreshSoon();
  });
  effect(() => {
    if (app.session.person.value) {
      library.open();
      app.state.refreshSoon();
      app.live.start();
    } else {
      library.close();
      library.widen();
      library.selection.clear();
      app.trash.close();
      app.live.stop();
    }
  });
  return app;
}
