import { useSignal } from "@preact/signals";
import { useCallback } from "preact/hooks";
import type { MediaFacets } from "../../../../supabase/client/mod.ts";
import { formatNumber } from "../state/format.ts";
import type { Library, LibraryQuery } from "../state/library.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";
import { Popover } from "./menu.tsx";

type Facet = keyof Omit<MediaFacets, "estimated">;
const FACETS: readonly Facet[] = ["resource_type", "format", "folder", "tags"];
const STATES = ["synced", "pending", "error", "conflict"] as const;

/** What the library may be narrowed to, with how many assets have each value, and what it is narrowed to. */
export function Filters({ library }: { library: Library }) {
  const { session } = useApp();
  return (
    <div class="filters" role="group" aria-label={texts.library.filters}>
      {FACETS.map((facet) => <FacetFilter key={facet} facet={facet} library={library} />)}
      {session.person.value && <StateFilter library={library} />}
      {library.isNarrowed.value && (
        <button
          type="button"
          class="button-quiet"
          onClick={() => library.widen()}
        >
          <Icon name="close" size={15} /> {texts.library.clearFilters}
        </button>
      )}
    </div>
  );
}

function FacetFilter({ facet, library }: { facet: Facet; library: Library }) {
  const { media, notices } = useApp();
  const found = useSignal<MediaFacets | undefined>(undefined);
  const chosen = chosenOf(library.query.value ?? {}, facet);
  const read = useCallback(async () => {
    found.value = undefined;
    // What this filter is set to does not narrow its own choice; tags add up.
    const query = facet === "tags"
      ? library.full.peek()
      : { ...library.full.peek(), [facet]: undefined, recursive: undefined };
    try {
      found.value = await media.facets(query);
    } catch (error) {
      notices.fail(error);
    }
  }, [facet, library]);
  return (
    <Popover
      buttonClass={`filter${chosen.length > 0 ? " filter-set" : ""}`}
      label={
        <>
          {texts.library.facets[facet]}
          {chosen.length > 0 && (
            <strong>{chosen.map((value) => nameOf(facet, value)).join(", ")}</strong>
          )}
          <Icon name="chevron" size={14} />
        </>
      }
      onOpen={read}
    >
      {(close) => (
        <FacetValues
          {...{ facet, library, chosen, close }}
          values={found.value?.[facet]}
          isEstimate={found.value?.estimated === true}
        />
      )}
    </Popover>
  );
}

interface FacetValuesProps {
  facet: Facet;
  library: Library;
  chosen: readonly string[];
  values: { value: string; count: number }[] | undefined;
  isEstimate: boolean;
  close(): void;
}

function FacetValues({ facet, library, chosen, values, isEstimate, close }: FacetValuesProps) {
  if (values === undefined) return <p class="quiet" role="status">{texts.loading}</p>;
  if (values.length === 0) return <p class="quiet">{texts.library.noValues}</p>;
  return (
    <ul class="choices">
      {values.map(({ value, count }) => {
        const isChosen = chosen.includes(value);
        return (
          <li key={value}>
            <button
              type="button"
              aria-pressed={isChosen}
              onClick={() => {
                library.narrow(choose(facet, value, chosen));
                if (facet !== "tags") close();
              }}
            >
              <span class="choice-mark">{isChosen && <Icon name="check" size={15} />}</span>
              <span class="choice-name">{nameOf(facet, value)}</span>
              <span class="quiet">{isEstimate ? "≈ " : ""}{formatNumber(count)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function StateFilter({ library }: { library: Library }) {
  const { sync_status: chosen } = library.query.value ?? {};
  return (
    <Popover
      buttonClass={`filter${chosen ? " filter-set" : ""}`}
      label={
        <>
          {texts.library.facets.sync_status}
          {chosen && <strong>{texts.syncStatus[chosen]}</strong>}
          <Icon name="chevron" size={14} />
        </>
      }
    >
      {(close) => (
        <ul class="choices">
          {STATES.map((state) => (
            <li key={state}>
              <button
                type="button"
                aria-pressed={state === chosen}
                onClick={() => {
                  library.narrow({ sync_status: state === chosen ? undefined : state });
                  close();
                }}
              >
                <span class="choice-mark">
                  {state === chosen && <Icon name="check" size={15} />}
                </span>
                <span class="choice-name">{texts.syncStatus[state]}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}

function chosenOf(query: LibraryQuery, facet: Facet): readonly string[] {
  const value = query[facet];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

function choose(facet: Facet, value: string, chosen: readonly string[]): LibraryQuery {
  const isChosen = chosen.includes(value);
  if (facet === "tags") {
    const tags = isChosen ? chosen.filter((tag) => tag !== value) : [...chosen, value];
    return { tags: tags.length === 0 ? undefined : tags };
  }
  if (facet === "folder") {
    return {
      folder: isChosen ? undefined : value,
      recursive: isChosen || value === "" ? undefined : true,
    };
  }
  return { [facet]: isChosen ? undefined : value };
}

function nameOf(facet: Facet, value: string): string {
  if (facet === "folder" && value === "") return texts.asset.rootFolder;
  if (facet === "resource_type") {
    return texts.resourceTypes[value as keyof typeof texts.resourceTypes] ?? value;
  }
  return value;
}
