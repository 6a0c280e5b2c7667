/** What an error says, for a person; where a file cannot be read or written, with what mends it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isFile = error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    /^(ENOENT|EACCES|ENOTDIR|EROFS|EEXIST)\b|\(os error (13|20|30)\)/.test(error.message);
  return isFile ? `${error.message}\nCheck the path, and that you may write there.` : error.message;
}
