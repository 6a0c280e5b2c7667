/** Everything that the console says, in English. Functions take figures or names and give the sentence. */

const plural = (count: number, one: string, many: string) =>
  `${new Intl.NumberFormat("en").format(count)} ${count === 1 ? one : many}`;
const assets = (count: number) => plural(count, "asset", "assets");

/** A place of an app that uses an asset. */
interface Use {
  usage_type: string;
  reference_table: string;
  reference_id: string;
}

const useOf = ({ usage_type, reference_table, reference_id }: Use) =>
  `${usage_type} of ${reference_table} ${reference_id}`;

/** The first three, and how many more. */
const listOf = (all: readonly string[]) =>
  all.length <= 3 ? all.join(", ") : `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`;

const FIELDS: Record<string, string> = {
  display_name: "Name",
  public_id: "Public ID",
  folder: "Folder",
  tags: "Tags",
  context: "Context",
  metadata: "Metadata",
  deleted_at: "Deleted",
  sync_status: "State",
  "context.alt": "Alternative text",
  "context.caption": "Caption",
};

export const english = {
  product: "Media Sync",
  loading: "Loading …",
  nothing: "nothing",
  save: "Save",
  cancel: "Cancel",
  close: "Close",
  dismiss: "Dismiss",
  undo: "Undo",
  tryAgain: "Try again",
  notices: "Notices",
  navigation: "Main",
  skip: "Skip to content",
  mustNotBeEmpty: "This must not be empty.",
  fieldName: (field: string) => FIELDS[field] ?? field.replace(/^(context|metadata)\./, ""),

  views: {
    library: "Library",
    trash: "Trash",
    conflicts: "Conflicts",
    waiting: "Waiting",
    status: "Status",
    settings: "Settings",
  },
  live: { on: "Live", off: "Checking every few seconds" },
  syncStatus: {
    synced: "Synced",
    pending: "Pending",
    error: "Failed",
    conflict: "Conflict",
  },
  resourceTypes: { image: "Image", video: "Video or audio", raw: "Other file" },

  signIn: {
    intro: "Sign in to see the media library.",
    email: "Email",
    password: "Password",
    submit: "Sign in",
    busy: "Signing in …",
    failed: (reason: string) => `You could not be signed in: ${reason.replace(/\.$/, "")}.`,
  },
  person: {
    menu: "Account and appearance:",
    roles: { viewer: "Viewer", editor: "Editor", admin: "Administrator" },
    theme: "Appearance",
    themes: { system: "System", light: "Light", dark: "Dark" },
    signOut: "Sign out",
  },

  library: {
    search: "Search the library",
    searchHint: "Search",
    filters: "Filters",
    clearFilters: "Clear",
    noValues: "No values to choose from.",
    facets: {
      resource_type: "Type",
      format: "Format",
      folder: "Folder",
      tags: "Tags",
      sync_status: "State",
    },
    sort: "Sort by",
    orders: {
      best: "Best match or newest",
      newest: "Newest",
      oldest: "Oldest",
      changed: "Last changed",
      name: "Name",
      publicId: "Public ID",
      largest: "Largest",
      smallest: "Smallest",
    },
    layout: "Layout",
    layouts: { grid: "Grid", list: "List" },
    count: (shown: string, isExact: boolean, count: number) =>
      `${isExact ? "" : "about "}${shown} ${count === 1 ? "asset" : "assets"}`,
    select: (name: string) => `Select ${name}`,
    empty: "The library is empty",
    emptyAdvice: "Drop files here or use Upload. What is in Cloudinary appears by itself.",
    nothingFound: "Nothing matches",
    nothingFoundAdvice: "Try fewer words or other filters.",
  },
  selection: {
    title: "Selected assets",
    clear: "Clear the selection",
    count: (count: number) => `${count} selected`,
    all: (count: number) => `Select all ${new Intl.NumberFormat("en").format(count)}`,
    tag: "Tag",
    move: "Move",
    collect: "Add to collection",
    remove: "Delete",
    tagged: (count: number) => `Tags of ${assets(count)} changed.`,
    moved: (count: number) => `${assets(count)} moved.`,
  },
  tagging: {
    title: (count: number) => `Tag ${assets(count)}`,
    add: "Add tags",
    remove: "Remove tags",
    hint: "Add a tag",
    take: (tag: string) => `Remove the tag ${tag}`,
  },
  moving: {
    title: (count: number) => `Move ${assets(count)}`,
    folder: "Folder",
    hint: "products/shoes",
    advice: "Folders that do not exist are created. Empty is the top.",
    move: "Move",
  },
  collecting: {
    title: (count: number) => `Add ${assets(count)} to a collection`,
    isPublic: "public",
    create: "New collection",
    createButton: "Create and add",
    added: (count: number, name: string) => `${assets(count)} added to ${name}.`,
    leave: (name: string) => `Take out of ${name}`,
  },
  deletion: {
    one: (name: string) => `${name} deleted.`,
    many: (count: number) => `${assets(count)} deleted.`,
    undone: (count: number) => `${assets(count)} restored.`,
    inUse: (name: string, uses: readonly Use[]) =>
      `${name} is in use, so it was not deleted${
        uses.length === 0 ? "" : `: ${listOf(uses.map(useOf))}`
      }.`,
    manyInUse: (count: number) => `${assets(count)} are in use, so they were not deleted.`,
    anyway: "Delete anyway",
  },
  uploads: {
    title: "Uploads",
    button: "Upload",
    drop: "Drop files to upload them",
    progress: (done: number, all: number) => `${done} of ${plural(all, "file", "files")} uploaded`,
    progressOf: (name: string) => `Progress of ${name}`,
    retry: (name: string) => `Try ${name} again`,
    dismiss: (name: string) => `Cancel ${name}`,
    states: {
      waiting: (size: string) => `${size}, waiting`,
      sending: (size: string) => `${size}, uploading`,
      done: (size: string) => `${size}, uploaded`,
      failed: () => "Failed",
    },
  },

  asset: {
    panel: "Asset",
    name: "Name",
    tags: "Tags",
    noTags: "No tags",
    folder: "Folder",
    rootFolder: "Top",
    publicId: "Public ID",
    context: "Description",
    noContext: "No descriptions.",
    alt: "Alternative text",
    caption: "Caption",
    metadata: "Metadata",
    mandatory: "required",
    notOffered: (choice: string) => `${choice} (no longer offered)`,
    holdsSwitchedOff: (field: string, choices: readonly string[]) =>
      choices.length === 1
        ? `${field} holds ${
          choices[0]
        }, which is no longer offered: take it out if that is the reason.`
        : `${field} holds ${
          choices.join(", ")
        }, which are no longer offered: take them out if that is the reason.`,
    notOfType: {
      string: "This is no text.",
      integer: "This must be a whole number.",
      date: "This must be a day.",
      enum: "Choose one.",
      set: "Choose some.",
    },
    newKey: "New field",
    newValue: "Value",
    addKey: "Add the field",
    keyTaken: "There is such a field.",
    editField: (label: string) => `Edit ${label.toLowerCase()}`,
    collections: (count: number) => count === 0 ? "Collections" : `Collections (${count})`,
    noCollections: "In no collection.",
    usage: (count: number) => count === 0 ? "Where used" : `Where used (${count})`,
    noUsage: "Used nowhere.",
    copyUrl: "Copy address",
    copied: "Address copied.",
    notCopied: "The browser did not allow copying.",
    openOriginal: "Open the original",
    remove: "Delete",
    inConflict: "This was changed on both sides, and the two differ.",
    decide: "Decide",
    refused: "Cloudinary refused the last change.",
    facts: {
      title: "Details",
      type: "Type",
      delivery: "Delivery",
      size: "Size",
      dimensions: "Dimensions",
      duration: "Length",
      original: "File name",
      created: "Created",
      changed: "Changed",
    },
  },
  history: {
    title: "History",
    none: "Nothing has happened yet.",
    you: "by you",
    person: (id: string) => `by user ${id}`,
    source: (source: string, direction: string | null) => {
      const from = direction === "pull"
        ? "from Cloudinary"
        : direction === "push"
        ? "to Cloudinary"
        : "";
      const how: Record<string, string> = { webhook: "by notification", cron: "by the sync" };
      return [from, how[source] ?? ""].filter((part) => part !== "").join(", ");
    },
    operations: {
      upload: "Added",
      update: "Changed",
      rename: "Renamed",
      move: "Moved",
      delete: "Deleted",
      restore: "Restored",
      conflict: "Conflict",
      resolve: "Conflict decided",
      quarantine: "Set aside",
    },
  },
  trash: {
    restore: "Restore",
    restored: (count: number) => `${assets(count)} restored.`,
    empty: "The trash is empty",
    advice:
      "What is deleted here or in Cloudinary can be restored from here while a backup exists.",
  },

  conflicts: {
    none: "No conflicts",
    noneAdvice:
      "When somebody changes a value here and somebody else the same one in Cloudinary, and the settings leave it to you, it waits here.",
    intro:
      "The same value was changed here and in Cloudinary. Click the one that is right; the other side follows.",
    before: (value: string) => `before: ${value}`,
    sides: { database: "Here", cloudinary: "In Cloudinary" },
    keep: "Keep this",
    keepAll: { database: "Keep all from here", cloudinary: "Keep all from Cloudinary" },
    decided: (name: string) => `The conflict of ${name} is decided.`,
  },
  waiting: {
    none: "Nothing waits",
    noneAdvice: "Every edit and deletion has reached Cloudinary.",
    failed: "Failed",
    failedDeletions: "Failed deletions",
    pending: "On their way to Cloudinary",
    deletions: "Deletions on their way",
    since: (ago: string) => `changed ${ago}`,
    retry: (name: string) => `Try ${name} again`,
    retryAll: "Try all again",
    retried: (count: number) => `${assets(count)} will be tried again.`,
    more: (count: number) => `and ${new Intl.NumberFormat("en").format(count)} more`,
  },
  quarantine: {
    title: "Set aside",
    intro:
      "Cloudinary shows these in a way that cannot be stored. Mend them there; they come back by themselves, or at once when you try again.",
    asked: (name: string) => `Cloudinary was asked for ${name} again.`,
  },

  status: {
    syncNow: "Sync now",
    full: "Full reconcile",
    health: "Health",
    healthStates: { ok: "Well", degraded: "Degraded", failing: "Failing" },
    allHold: (count: number) => `All ${count} checks hold.`,
    checksThatHold: (count: number) => plural(count, "check holds", "checks hold"),
    library: "Library",
    never: "never",
    goTo: (view: string) => `Go to ${view}`,
    figures: {
      assets: "Assets",
      size: "Size",
      waiting: "Waiting",
      lastSync: "Last sync",
      facts: "Facts known",
    },
    quota: "Cloudinary's hourly calls",
    quotaLeft: (left: string, limit: string) => `${left} of ${limit} left`,
    quotaReset: (when: string) => `full again ${when}`,
  },
  runs: {
    title: "Runs",
    columns: {
      kind: "Kind",
      state: "State",
      began: "Began",
      changes: "Changes",
      calls: "Calls",
      took: "Took",
    },
    kinds: {
      full: "Full reconcile",
      partial: "Partial reconcile",
      incremental: "Changes in Cloudinary",
      push: "Edits to Cloudinary",
      refresh: "Look-ups",
      single: "Single asset",
      scope: "Change of folders",
      facts: "Further facts",
    },
    states: { completed: "Completed", blocked: "Blocked", failed: "Failed" },
    changes: {
      added: "new",
      updated: "updated",
      deleted: "deleted",
      pushed: "pushed",
      conflicts: "in conflict",
      errors: "errors",
      none: "none",
    },
    progress: (kind: string) => `Progress of ${kind}`,
  },
  blocked: {
    title: "A run is blocked",
    unknown: "A run was stopped before it deleted more than the guard lets through.",
    reasons: {
      mass_delete: (absent: string, live: string) =>
        `Cloudinary no longer shows ${absent} of the ${live} assets here. Going on would delete them here.`,
      empty_listing: (_absent: string, live: string) =>
        `Cloudinary showed an empty library. Going on would delete all ${live} assets here.`,
      scope: (absent: string, live: string) =>
        `The change of the mirrored folders would hide ${absent} of ${live} assets.`,
    },
    advice:
      "If they were deleted on purpose, allow it. If not, see first whether the right account is connected.",
    look: "Show what would be deleted",
    reading: "Comparing both sides …",
    planned: (count: number) => `${assets(count)} would be deleted:`,
    incomplete: "The library is large, and not all of it was compared in time.",
    allow: "Allow it once …",
    question: "Allow this deletion once?",
    effect: "The assets go to the trash here. In Cloudinary nothing is deleted.",
    confirm: "Allow the deletion",
  },
  plots: {
    title: "Over time",
    span: "Span",
    days: (days: number) => days === 1 ? "Day" : `${days} days`,
    tooFew: "Figures are kept once an hour; the plots begin with the second one.",
    unknown: "not known",
    titles: {
      assets: "Assets",
      trouble: "Waiting and failed",
      operations: "Operations and errors an hour",
      latency: "Mean time of an operation in ms",
      quota: "Calls left of Cloudinary's quota",
    },
    figures: {
      total_assets: "assets",
      pending_assets: "waiting",
      error_assets: "failed",
      operations: "operations",
      errors: "errors",
      average_ms: "ms",
      remaining_calls: "left",
      call_limit: "limit",
    },
  },

  picker: {
    open: "Choose media",
    title: "Choose one",
    titleMany: "Choose some",
    choose: "Choose",
  },

  emulator: {
    title: "Cloudinary (emulated)",
    open: "Show Cloudinary",
    parts: "Parts of the emulated Cloudinary",
    partNames: { library: "Library", faults: "Faults", calls: "Calls", webhooks: "Webhooks" },
    gone: (reason: string) => `The emulator does not answer: ${reason}`,
    search: "Search Cloudinary",
    add: "Add three",
    rename: (name: string) => `Rename ${name} in Cloudinary`,
    newName: (name: string) => `New name of ${name}`,
    remove: (name: string) => `Delete ${name} in Cloudinary`,
    none: "Nothing yet.",
    outcomes: { pending: "on its way", delivered: "delivered", failed: "failed", dropped: "lost" },
    faultsIntro:
      "What Cloudinary is to do wrong from now on. Nothing is lost by it: what does not arrive is made up for.",
    allWell: "All well again",
    faults: {
      latency_ms: { name: "Slow answers", about: "How long it thinks about each call." },
      error_rate: { name: "Errors", about: "The share of calls that it answers with an error." },
      webhook_drop_rate: {
        name: "Lost webhooks",
        about: "The share of notifications that it never sends.",
      },
      webhook_delay_ms: {
        name: "Late webhooks",
        about: "How long it waits before it sends a notification.",
      },
    },
  },

  settings: {
    saved: "Settings saved; they hold from the next minute on.",
    unsaved: (count: number) => `${plural(count, "change", "changes")} not saved`,
    discard: "Discard",
    noSpan: (text: string) =>
      `“${text}” is no span of time. Write it like 90 minutes, 7 days or 00:05:00.`,
    outOfRange: "One of these values is too small or too large for its setting.",
    question: "Change this?",
    change: "Change it",
    everyFolder: "All folders",
    tryAlert: "Send a trial",
    alertSent: "A trial alert is on its way.",
    groups: {
      conflicts: "Conflicts",
      scope: "What is mirrored, and who sees it",
      guard: "Guard against deletion",
      pace: "Pace and quota",
      retention: "How long things are kept",
      alerts: "Alerts",
    },
    choices: {
      cloudinary: "Cloudinary's value wins",
      database: "The value here wins",
      newest: "The newer value wins",
      manual: "People decide",
      authenticated: "Everybody who is signed in",
      assigned: "Only people with a role",
    } as Record<string, string>,
    fields: {
      conflict_policy: {
        name: "When both sides changed a value",
        about: "Which value is kept. The other one stays readable in the asset's history.",
      },
      include_folders: {
        name: "Mirrored folders",
        about: "One a line, with all below them; empty for the whole library.",
      },
      viewers: {
        name: "Who may see the library",
        about: "Anonymous sign-ins never may.",
      },
      delete_guard_percent: {
        name: "Largest share that may be deleted (%)",
        about: "A run that would delete more of the library stops and waits for you.",
      },
      delete_guard_minimum: {
        name: "Smallest number that is guarded",
        about: "Below so many deletions the share is not looked at.",
      },
      incremental_interval: {
        name: "Look for changes every",
        about: "How often Cloudinary is asked what changed, beside its notifications.",
      },
      incremental_overlap: {
        name: "Look back",
        about: "How far a look for changes reaches back, since Cloudinary's search lags.",
      },
      full_interval: {
        name: "Full reconcile every",
        about: "How often the whole library is compared.",
      },
      quota_reserve_percent: {
        name: "Calls left to people (%)",
        about: "Background work stops when so little is left of Cloudinary's hourly calls.",
      },
      push_max_attempts: {
        name: "Attempts",
        about: "How often an edit is tried before it rests as failed.",
      },
      push_backoff_cap: {
        name: "Longest pause between attempts",
        about: "Pauses double up to this.",
      },
      look_up_cap: {
        name: "Assets a look-up",
        about: "Empty lets each sync find out what Cloudinary takes.",
      },
      log_retention: { name: "Log", about: "At least 7 days." },
      problem_log_retention: {
        name: "Errors and conflicts in the log",
        about: "At least 30 days; open conflicts are kept for ever.",
      },
      event_retention: { name: "Notifications", about: "At least 1 day." },
      run_retention: { name: "Runs", about: "At least 7 days." },
      snapshot_retention: { name: "Hourly figures", about: "At least 7 days." },
      webhook_silence: {
        name: "Silence that is told",
        about: "Health degrades when no notification came for so long although assets changed.",
      },
      alert_url: {
        name: "Address for alerts",
        about: "Where a change of health is posted; chats show it. Empty for nowhere.",
      },
    },
    effects: {
      conflict_policy:
        "From now on, values that both sides changed are decided this way, without asking. Values that lose stay in the history.",
      include_folders:
        "Assets outside these folders disappear from the library here. Nothing is deleted, and they come back when the folders do. A change that would hide much waits as a blocked run until you allow it.",
      viewers:
        "With everybody who is signed in, each account of this project can see the whole library; where people may sign up by themselves, that is everyone. With roles only, people without one lose access at once.",
      delete_guard_percent:
        "A higher share lets larger deletions in Cloudinary pass to this side without asking. 100 turns the guard off.",
      delete_guard_minimum:
        "A higher number lets more deletions pass at once without the guard looking at them.",
      log_retention:
        "Older entries of the log, and with them the assets' history, are deleted for good.",
      problem_log_retention:
        "Older errors and decided conflicts are deleted for good, with the values that lost.",
      event_retention:
        "Older notifications are deleted for good and can no longer be applied again.",
      run_retention: "Older runs are deleted for good.",
      snapshot_retention: "Older figures are deleted for good, and the plots become shorter.",
    } as Record<string, string>,
  },
};
