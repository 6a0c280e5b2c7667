import { useId, useState } from "preact/hooks";
import type { EmulatedAsset, Emulator } from "../state/emulator.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** The newest assets there; what one does here is done as by a person in Cloudinary's own console. */
export function EmulatedLibrary({ emulator }: { emulator: Emulator }) {
  const { notices } = useApp();
  const add = () => emulator.add(3).catch((error) => notices.fail(error));
  return (
    <>
      <div class="field-line">
        <label class="search">
          <Icon name="search" />
          <span class="hidden-text">{texts.emulator.search}</span>
          <input
            type="search"
            placeholder={texts.library.searchHint}
            value={emulator.match.value}
            onInput={(event) => {
              emulator.match.value = event.currentTarget.value;
              emulator.refresh();
            }}
          />
        </label>
        <button type="button" class="button" onClick={add}>
          <Icon name="plus" /> {texts.emulator.add}
        </button>
      </div>
      <ul class="lines">
        {emulator.assets.value.map((asset) => (
          <EmulatedLine key={asset.asset_id} asset={asset} emulator={emulator} />
        ))}
      </ul>
    </>
  );
}

function EmulatedLine({ asset, emulator }: { asset: EmulatedAsset; emulator: Emulator }) {
  const { notices } = useApp();
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const name = asset.display_name || asset.public_id;
  const rename = async () => {
    try {
      if (draft !== null && draft.trim() !== "" && draft !== name) {
        await emulator.rename(asset, draft);
      }
    } catch (error) {
      notices.fail(error);
    } finally {
      setDraft(null);
    }
  };
  return (
    <li data-public-id={asset.public_id}>
      <span class="thumbnail">
        {asset.resource_type === "image" && asset.type === "upload"
          ? <img src={asset.secure_url} alt="" loading="lazy" />
          : <Icon name={asset.resource_type === "video" ? "video" : "file"} />}
      </span>
      {draft === null
        ? (
          <div class="lines-text">
            <strong>{name}</strong>
            <span class="quiet clip">{(asset.tags ?? []).join(", ")}</span>
          </div>
        )
        : (
          <form
            class="lines-text"
            onSubmit={(event) => {
              event.preventDefault();
              rename();
            }}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              event.preventDefault();
              setDraft(null);
            }}
          >
            <label class="hidden-text" for={id}>{texts.emulator.newName(name)}</label>
            <input
              id={id}
              autofocus
              value={draft}
              maxLength={255}
              ref={(input) => input?.focus()}
              onInput={(event) => setDraft(event.currentTarget.value)}
            />
          </form>
        )}
      <button
        type="button"
        class="button-icon"
        aria-label={texts.emulator.rename(name)}
        onClick={() => draft === null ? setDraft(name) : rename()}
      >
        <Icon name={draft === null ? "edit" : "check"} size={16} />
      </button>
      <button
        type="button"
        class="button-icon"
        aria-label={texts.emulator.remove(name)}
        onClick={() => emulator.remove(asset).catch((error) => notices.fail(error))}
      >
        <Icon name="trash" size={16} />
      </button>
    </li>
  );
}
