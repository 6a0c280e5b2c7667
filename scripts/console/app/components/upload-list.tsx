import { formatBytes } from "../state/format.ts";
import type { Upload, Uploads } from "../state/uploads.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** The files on their way, with how far each is. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const all = uploads.all.value;
  if (all.length === 0) return null;
  const done = all.filter(({ state }) => state === "done").length;
  return (
    <section class="uploads" aria-label={texts.uploads.title}>
      <header>
        <h2 aria-live="polite">{texts.uploads.progress(done, all.length)}</h2>
        {!uploads.isBusy.value && (
          <button
            type="button"
            class="button-icon"
            aria-label={texts.close}
            onClick={() => all.forEach(({ id }) => uploads.dismiss(id))}
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      <ul>
        {all.map((upload) => <UploadLine key={upload.id} upload={upload} uploads={uploads} />)}
      </ul>
    </section>
  );
}

function UploadLine({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const { id, name, size, percent, state, error } = upload;
  return (
    <li class={`upload upload-${state}`} data-state={state}>
      <div class="upload-text">
        <span class="upload-name">{name}</span>
        <span class="quiet">
          {state === "failed" ? error : texts.uploads.states[state](formatBytes(size))}
        </span>
      </div>
      {state === "failed" && (
        <button
          type="button"
          class="button-icon"
          aria-label={texts.uploads.retry(name)}
          onClick={() => uploads.retry(id)}
        >
          <Icon name="retry" />
        </button>
      )}
      {state === "done" ? <Icon name="check" /> : (
        <button
          type="button"
          class="button-icon"
          aria-label={texts.uploads.dismiss(name)}
          onClick={() => uploads.dismiss(id)}
        >
          <Icon name="close" size={16} />
        </button>
      )}
      <progress max={100} value={percent} aria-label={texts.uploads.progressOf(name)} />
    </li>
  );
}
