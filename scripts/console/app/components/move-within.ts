/** Where the focus is in a list that is drawn in columns. */
interface Position {
  active: number;
  total: number;
  columns: number;
  /** Rows that are seen at once. */
  page: number;
}

/** Where a key moves the focus; undefined for a key that moves nothing. */
export function moveWithin(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  { active, total, columns, page }: Position,
): number | undefined {
  if (altKey || metaKey || total === 0) return undefined;
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * page,
    PageDown: columns * page,
    Home: ctrlKey ? -active : -(active % columns),
    End: ctrlKey ? total - 1 - active : columns - 1 - active % columns,
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  const next = active + step;
  // A step up or down that leaves the list stays where it is; a page goes to the end.
  if ((key === "ArrowUp" || key === "ArrowDown") && (next < 0 || next >= total)) return active;
  return Math.min(Math.max(next, 0), total - 1);
}
