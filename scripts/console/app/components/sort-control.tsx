import type { Library, LibraryQuery } from "../state/library.ts";
import { texts } from "../texts/mod.ts";

type Order = keyof typeof texts.library.orders;

const ORDERS: Record<Order, Pick<LibraryQuery, "sort_by" | "sort_order">> = {
  best: { sort_by: undefined, sort_order: undefined },
  newest: { sort_by: "created_at", sort_order: "desc" },
  oldest: { sort_by: "created_at", sort_order: "asc" },
  changed: { sort_by: "updated_at", sort_order: "desc" },
  name: { sort_by: "display_name", sort_order: "asc" },
  publicId: { sort_by: "public_id", sort_order: "asc" },
  largest: { sort_by: "bytes", sort_order: "desc" },
  smallest: { sort_by: "bytes", sort_order: "asc" },
};

/** The order of a list. */
export function SortControl({ library }: { library: Library }) {
  const { sort_by, sort_order } = library.query.value ?? {};
  const current = (Object.keys(ORDERS) as Order[]).find((order) =>
    ORDERS[order].sort_by === sort_by && ORDERS[order].sort_order === sort_order
  );
  return (
    <label class="select">
      <span class="hidden-text">{texts.library.sort}</span>
      <select
        value={current}
        onChange={(event) => library.narrow(ORDERS[event.currentTarget.value as Order])}
      >
        {(Object.keys(ORDERS) as Order[]).map((order) => (
          <option key={order} value={order}>{texts.library.orders[order]}</option>
        ))}
      </select>
    </label>
  );
}
