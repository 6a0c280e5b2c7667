/** How a setting is given. */
export type SettingKind =
  | { type: "choice"; values: readonly string[] }
  | { type: "number"; min: number; max: number; canBeEmpty?: boolean }
  | { type: "interval" }
  | { type: "folders" }
  | { type: "address" };

/** A setting that admins may change. */
export interface SettingField {
  key: SettingKey;
  kind: SettingKind;
  /** Whether a change of it is asked about first, with what it does. */
  isDangerous?: boolean;
}

/** Settings that belong together. */
export interface SettingGroup {
  name: "conflicts" | "scope" | "guard" | "pace" | "retention" | "alerts";
  fields: readonly SettingField[];
}

export type SettingKey =
  | "conflict_policy"
  | "include_folders"
  | "viewers"
  | "delete_guard_percent"
  | "delete_guard_minimum"
  | "quota_reserve_percent"
  | "incremental_interval"
  | "incremental_overlap"
  | "full_interval"
  | "push_max_attempts"
  | "push_backoff_cap"
  | "log_retention"
  | "problem_log_retention"
  | "event_retention"
  | "run_retention"
  | "snapshot_retention"
  | "webhook_silence"
  | "alert_url"
  | "look_up_cap";

const interval = { type: "interval" } as const;

/** All settings that admins may change, as the console shows them; the database checks what is sent. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    name: "conflicts",
    fields: [
      {
        key: "conflict_policy",
        kind: { type: "choice", values: ["cloudinary", "database", "newest", "manual"] },
        isDangerous: true,
      },
    ],
  },
  {
    name: "scope",
    fields: [
      { key: "include_folders", kind: { type: "folders" }, isDangerous: true },
      {
        key: "viewers",
        kind: { type: "choice", values: ["authenticated", "assigned"] },
        isDangerous: true,
      },
    ],
  },
  {
    name: "guard",
    fields: [
      {
        key: "delete_guard_percent",
        kind: { type: "number", min: 0, max: 100 },
        isDangerous: true,
      },
      {
        key: "delete_guard_minimum",
        kind: { type: "number", min: 0, max: 1_000_000 },
        isDangerous: true,
      },
    ],
  },
  {
    name: "pace",
    fields: [
      { key: "incremental_interval", kind: interval },
      { key: "incremental_overlap", kind: interval },
      { key: "full_interval", kind: interval },
      { key: "quota_reserve_percent", kind: { type: "number", min: 0, max: 100 } },
      { key: "push_max_attempts", kind: { type: "number", min: 1, max: 1_000 } },
      { key: "push_backoff_cap", kind: interval },
      { key: "look_up_cap", kind: { type: "number", min: 10, max: 1_000, canBeEmpty: true } },
    ],
  },
  {
    name: "retention",
    fields: [
      { key: "log_retention", kind: interval, isDangerous: true },
      { key: "problem_log_retention", kind: interval, isDangerous: true },
      { key: "event_retention", kind: interval, isDangerous: true },
      { key: "run_retention", kind: interval, isDangerous: true },
      { key: "snapshot_retention", kind: interval, isDangerous: true },
    ],
  },
  {
    name: "alerts",
    fields: [
      { key: "webhook_silence", kind: interval },
      { key: "alert_url", kind: { type: "address" } },
    ],
  },
];

/** A setting's value as it stands in its field. */
export function toFieldText({ type }: SettingKind, value: unknown): string {
  if (value === null || value === undefined) return "";
  return type === "folders" && Array.isArray(value) ? value.join("\n") : String(value);
}

/** What stands in a field, as the setting's value. */
export function fromFieldText({ type }: SettingKind, text: string): unknown {
  if (type === "folders") {
    return text.split("\n").map((line) => line.trim().replace(/^\/+|\/+$/g, ""))
      .filter((line) => line !== "");
  }
  if (text.trim() === "") return null;
  return type === "number" ? Number(text) : text.trim();
}
