/** The functions that a project deploys. */
export const functionNames: readonly string[] = ["media-list", "sync", "webhook"];
