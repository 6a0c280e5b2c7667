/** An app written from the client's README alone: a page that shows one folder of the library and keeps up with it. */
import { createClient } from "@supabase/supabase-js";
import { createMediaClient, MediaError } from "media-sync-client";

const FOLDER = "gallery";

/** What the page is given. */
export interface Settings {
  SUPABASE_URL: string;
  SUPABASE_PUBLISHABLE_KEY: string;
  email: string;
  password: string;
}

/** Signs in and fills the page: a field for files, a line for what fails, and the folder's assets. */
export async function start(settings: Settings): Promise<void> {
  const supabase = createClient(settings.SUPABASE_URL, settings.SUPABASE_PUBLISHABLE_KEY);
  const media = createMediaClient(supabase);
  const { error } = await supabase.auth.signInWithPassword({
    email: settings.email,
    password: settings.password,
  });
  if (error) throw error;

  const field = document.createElement("input");
  field.type = "file";
  const progress = document.createElement("progress");
  progress.max = 100;
  const told = document.createElement("output");
  const list = document.createElement("ul");
  document.body.append(field, progress, told, list);

  const tell = (failure: unknown) => {
    if (!(failure instanceof MediaError)) throw failure;
    told.textContent = `${failure.code}: ${failure.message}`;
  };
  const attempt = async (act: () => Promise<unknown>) => {
    told.textContent = "";
    await act().catch(tell);
  };
  const button = (text: string, act: () => Promise<unknown>) => {
    const made = document.createElement("button");
    made.textContent = text;
    made.addEventListener("click", () => attempt(act));
    return made;
  };
  const show = async () => {
    const lines: HTMLLIElement[] = [];
    for await (const asset of media.list({ folder: FOLDER, sort_by: "display_name" })) {
      const line = document.createElement("li");
      const image = document.createElement("img");
      image.src = media.url(asset, { width: 160 }) ?? "";
      image.alt = asset.context.alt ?? "";
      line.append(
        image,
        [asset.display_name, ...asset.tags].join(" "),
        button(
          "Sale",
          () => media.edit(asset.id, { add_tags: ["sale"], context: { alt: "Sale" } }),
        ),
        button("Spoil", () => media.edit(asset.id, { add_tags: ["a, b"] })),
        button("Delete", async () => {
          const deletion = await media.remove(asset.id);
          const undo = button("Undo", async () => {
            await deletion.undo();
            undo.remove();
          });
          document.body.append(undo);
        }),
      );
      lines.push(line);
    }
    list.replaceChildren(...lines);
  };

  field.addEventListener("change", () =>
    attempt(async () => {
      const [file] = field.files ?? [];
      if (file === undefined) return;
      await media.upload(file, {
        folder: FOLDER,
        tags: ["new"],
        onProgress: ({ percent }) => progress.value = percent,
      });
    }));
  // No button asks for the list anew: whoever changes something, the page hears of it.
  media.subscribe(() => void show().catch(tell), {
    onReady: () => document.body.dataset.live = "yes",
    onError: tell,
  });
  await show();
}
