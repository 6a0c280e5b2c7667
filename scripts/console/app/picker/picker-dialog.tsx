import { AssetGrid } from "../components/asset-grid.tsx";
import { Dialog } from "../components/dialog.tsx";
import { DropZone } from "../components/drop-zone.tsx";
import { FileButton } from "../components/file-button.tsx";
import { Icon } from "../components/icon.tsx";
import { SearchBar } from "../components/search-bar.tsx";
import { Trouble } from "../components/trouble.tsx";
import { UploadList } from "../components/upload-list.tsx";
import type { MediaItem } from "../../../../supabase/client/mod.ts";
import type { Library } from "../state/library.ts";
import { pictureOf } from "../state/picture.ts";
import type { Session } from "../state/session.ts";
import type { Uploads } from "../state/uploads.ts";
import { texts } from "../texts/mod.ts";
import { isAccepted } from "./accepted.ts";

interface PickerDialogProps {
  library: Library;
  session: Session;
  uploads: Uploads;
  isMultiple: boolean;
  accept: string;
  onClose(): void;
  onChoose(items: MediaItem[]): void;
}

/** The library in a dialog: search, upload, and choose one asset or several. */
export function PickerDialog(props: PickerDialogProps) {
  const { library, session, uploads, isMultiple, accept, onClose, onChoose } = props;
  const { selection } = library;
  const assets = library.assets.value;
  const chosen = [...selection.chosen.value.values()];
  const choose = (item: MediaItem) =>
    isMultiple ? selection.toggle(item, undefined) : selection.only([item]);
  const upload = (files: File[]) => uploads.add(files.filter((file) => isAccepted(file, accept)));
  return (
    <Dialog
      title={isMultiple ? texts.picker.titleMany : texts.picker.title}
      isWide
      onClose={onClose}
      actions={
        <>
          <span class="quiet" role="status">{texts.selection.count(chosen.length)}</span>
          <span class="spacer" />
          <button type="button" class="button" onClick={onClose}>{texts.cancel}</button>
          <button
            type="button"
            class="button button-primary"
            disabled={chosen.length === 0}
            onClick={() => onChoose(chosen)}
          >
            {texts.picker.choose}
          </button>
        </>
      }
    >
      <div class="picker-tools">
        <SearchBar library={library} />
        <span class="spacer" />
        {session.canEdit.value && (
          <FileButton class="button" accept={accept || undefined} onFiles={upload}>
            <Icon name="upload" /> {texts.uploads.button}
          </FileButton>
        )}
      </div>
      <Trouble error={assets?.error.value} onRetry={() => assets?.refresh()} />
      <DropZone onFiles={session.canEdit.value ? upload : undefined} label={texts.uploads.drop}>
        {assets?.total.value === 0 && <p class="quiet centered">{texts.library.nothingFound}</p>}
        {assets && (
          <AssetGrid
            library={library}
            layout="grid"
            canSelect={isMultiple}
            openId={isMultiple ? null : chosen[0]?.id ?? null}
            onOpen={choose}
            picture={pictureOf}
            label={texts.views.library}
          />
        )}
      </DropZone>
      <UploadList uploads={uploads} />
    </Dialog>
  );
}
