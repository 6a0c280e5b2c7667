import type { EditOfMany, MediaItem, MediaUsage } from "../../../../supabase/client/mod.ts";
import { MediaError } from "../../../../supabase/client/mod.ts";
import { texts } from "../texts/mod.ts";
import type { App } from "./app.ts";
import { nameOf } from "./format.ts";

/**
 * Deletes assets and offers to undo it at once: who undoes before the deletion is answered waits for it, so that nothing
 * is restored that is not yet deleted.
 */
export async function deleteAssets(
  app: App,
  items: readonly MediaItem[],
  options: { force?: boolean } = {},
): Promise<void> {
  const { media, library, notices } = app;
  const ids = items.map(({ id }) => id);
  library.markLeaving(ids, true);
  library.selection.clear();
  const deletion = media.remove(ids, options);
  let isUndone = false;
  const undo = async () => {
    isUndone = true;
    try {
      const { ids: deleted } = await deletion;
      await (await deletion).undo();
      notices.tell(texts.deletion.undone(deleted.length));
    } catch (error) {
      notices.fail(error);
    } finally {
      refresh(app);
    }
  };
  const notice = notices.tell(
    items.length === 1 ? texts.deletion.one(nameOf(items[0]!)) : texts.deletion.many(items.length),
    { action: { label: texts.undo, run: undo } },
  );
  try {
    const { ids: deleted, failed } = await deletion;
    if (failed.length > 0) {
      // It had told of all of them.
      notices.dismiss(notice);
      if (deleted.length > 0 && !isUndone) {
        notices.tell(texts.deletion.many(deleted.length), {
          action: { label: texts.undo, run: undo },
        });
      }
      const used = failed.filter(({ code }) => code === "in_use").map(({ id }) => id);
      await tellInUse(app, items.filter(({ id }) => used.includes(id)));
      for (const { error, code } of failed) if (code !== "in_use") notices.fail(new Error(error));
    }
  } catch (error) {
    notices.dismiss(notice);
    if (error instanceof MediaError && error.code === "in_use") {
      // Each detail is of an asset, and says what its failure was.
      const used = error.details.filter(({ message }) => message === error.message)
        .map(({ path }) => path);
      await tellInUse(app, items.filter(({ id }) => used.includes(id)));
    } else notices.fail(error);
  } finally {
    library.markLeaving(ids, false);
    refresh(app);
  }
}

/** Tells that assets were kept because they are used, of a single one where, and offers to delete them all the same. */
async function tellInUse(app: App, items: readonly MediaItem[]): Promise<void> {
  const [only] = items;
  if (only === undefined) return;
  const message = items.length === 1
    ? texts.deletion.inUse(nameOf(only), await readUses(app, only.id))
    : texts.deletion.manyInUse(items.length);
  app.notices.tell(message, {
    kind: "error",
    action: {
      label: texts.deletion.anyway,
      run: () => deleteAssets(app, items, { force: true }),
    },
  });
}

/** Where an asset is used; nothing where it cannot be read, since that it is used is known without. */
async function readUses({ media }: App, id: string): Promise<readonly MediaUsage[]> {
  try {
    return (await media.get(id)).usage;
  } catch {
    return [];
  }
}

/** The same edit of many assets. @returns Whether it was done. */
export async function editMany(
  app: App,
  items: readonly MediaItem[],
  edit: EditOfMany,
  done: (count: number) => string,
): Promise<boolean> {
  try {
    const edited = await app.media.editMany(items.map(({ id }) => id), edit);
    for (const item of edited) app.library.assets.peek()?.replace(item);
    app.notices.tell(done(edited.length));
    refresh(app);
    return true;
  } catch (error) {
    app.notices.fail(error);
    return false;
  }
}

/** Restores assets of the trash. */
export async function restoreAssets(app: App, items: readonly MediaItem[]): Promise<void> {
  const ids = items.map(({ id }) => id);
  app.trash.markLeaving(ids, true);
  app.trash.selection.clear();
  const failures: unknown[] = [];
  for (const id of ids) {
    try {
      await app.media.restore(id);
    } catch (error) {
      failures.push(error);
    }
  }
  const restored = ids.length - failures.length;
  if (restored > 0) app.notices.tell(texts.trash.restored(restored));
  if (failures.length > 0) app.notices.fail(failures[0]);
  app.trash.markLeaving(ids, false);
  refresh(app);
}

/** Reads again what may have changed. */
export function refresh(app: App): void {
  app.library.refreshSoon();
  app.trash.refreshSoon();
  app.state.refreshSoon();
}
