/** `2024-06-25T10:21:27Z`: the Admin and Upload API's form. */
export function adminTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** `2024-06-25T10:21:27+00:00`: the form of Search, of `last_updated` and of notifications. */
export function offsetTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}+00:00`;
}

/** Cuts a time (ms) down to its second, the resolution in which Cloudinary tells times. */
export function toSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
