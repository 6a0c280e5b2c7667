import type { Edit, EditableMediaItem } from "../../../../supabase/client/mod.ts";
import { AssetFacts } from "../components/asset-facts.tsx";
import { ContextEditor } from "../components/context-editor.tsx";
import { Disclosure } from "../components/disclosure.tsx";
import { History } from "../components/history.tsx";
import { Icon } from "../components/icon.tsx";
import { InlineEdit } from "../components/inline-edit.tsx";
import { MetadataEditor } from "../components/metadata-editor.tsx";
import { PanelActions } from "../components/panel-actions.tsx";
import { Preview } from "../components/preview.tsx";
import { Refusal } from "../components/refusal.tsx";
import { StatusBadge } from "../components/sync-status.tsx";
import { TagInput } from "../components/tag-input.tsx";
import { WhereUsed } from "../components/where-used.tsx";
import { useAssetDetail } from "../state/asset-detail.ts";
import { nameOf } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** Everything about one asset, beside the list; what one may change is changed in place. */
export function AssetPanel({ id, onClose }: { id: string; onClose(): void }) {
  const { media, session, library, state, notices } = useApp();
  const { answer, error, refresh, show } = useAssetDetail(id);
  const canEdit = session.canEdit.value && answer?.item.deleted_at === null;
  const save = async (edit: Edit) => {
    const item = await media.edit(id, edit);
    show(item);
    library.assets.peek()?.replace(item);
    state.refreshSoon();
    // Whatever has been told of it while the answer was on its way.
    refresh();
  };
  const saveOrTell = (edit: Edit) => save(edit).catch((failure) => notices.fail(failure));
  return (
    <aside class="panel" aria-label={texts.asset.panel}>
      <header class="panel-head">
        {answer && <StatusBadge status={answer.item.sync_status} />}
        <span class="spacer" />
        {answer && <PanelActions item={answer.item} onGone={onClose} />}
        <button type="button" class="button-icon" aria-label={texts.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {answer === undefined
        ? (
          <p class="quiet centered" role="status">
            {error instanceof Error ? error.message : texts.loading}
          </p>
        )
        : (
          <div class="panel-body" tabIndex={0} role="group" aria-label={nameOf(answer.item)}>
            <Preview item={answer.item} />
            <SyncTrouble item={answer.item} />
            <InlineEdit
              key={`${id}-name`}
              class="fact-title"
              label={texts.asset.name}
              value={nameOf(answer.item)}
              maxLength={255}
              isRequired
              onSave={canEdit ? (display_name) => save({ display_name }) : undefined}
            />
            {canEdit
              ? (
                <TagInput
                  label={texts.asset.tags}
                  tags={answer.item.tags}
                  onChange={(tags) => saveOrTell(tagEdit(answer.item.tags, tags))}
                />
              )
              : <TagList tags={answer.item.tags} />}
            <InlineEdit
              key={`${id}-folder`}
              label={texts.asset.folder}
              value={answer.item.folder}
              empty={texts.asset.rootFolder}
              maxLength={1_000}
              onSave={canEdit ? (folder) => save({ folder }) : undefined}
            />
            <InlineEdit
              key={`${id}-public-id`}
              label={texts.asset.publicId}
              value={answer.item.public_id}
              maxLength={255}
              isRequired
              onSave={canEdit ? (public_id) => save({ public_id }) : undefined}
            />
            <ContextEditor
              key={`${id}-context`}
              context={answer.item.context}
              onSave={canEdit ? (context) => save({ context }) : undefined}
            />
            <MetadataEditor
              key={`${id}-metadata`}
              metadata={answer.item.metadata ?? {}}
              onSave={canEdit ? (metadata) => save({ metadata }) : undefined}
            />
            <AssetFacts item={answer.item} />
            <WhereUsed answer={answer} onChange={refresh} />
            {session.canEdit.value && (
              <Disclosure title={texts.history.title}>
                <History entries={answer.history} />
              </Disclosure>
            )}
          </div>
        )}
    </aside>
  );
}

/** Only what joins and what leaves is sent: somebody else may change other tags meanwhile. */
function tagEdit(before: readonly string[], after: readonly string[]): Edit {
  const added = after.filter((tag) => !before.includes(tag));
  const removed = before.filter((tag) => !after.includes(tag));
  return {
    ...(added.length > 0 ? { add_tags: added } : {}),
    ...(removed.length > 0 ? { remove_tags: removed } : {}),
  };
}

function TagList({ tags }: { tags: readonly string[] }) {
  return (
    <div class="fact">
      <span class="fact-label">{texts.asset.tags}</span>
      <span class="chips">
        {tags.length === 0 && <span class="quiet">{texts.asset.noTags}</span>}
        {tags.map((tag) => <span class="chip" key={tag}>{tag}</span>)}
      </span>
    </div>
  );
}

function SyncTrouble({ item }: { item: EditableMediaItem }) {
  const { router } = useApp();
  if (item.sync_status === "conflict") {
    return (
      <p class="callout callout-warning">
        <Icon name="conflict" />
        <span>
          {texts.asset.inConflict}{" "}
          <a href={router.address({ view: "conflicts" })}>{texts.asset.decide}</a>
        </span>
      </p>
    );
  }
  if (item.sync_status !== "error") return null;
  return (
    <p class="callout callout-error">
      <Icon name="warning" />
      <span>
        <Refusal item={item} />
      </span>
    </p>
  );
}
