/** Why a stack did not start; the message names the mend. */
export class StackError extends Error {
  constructor(
    readonly code:
      | "port_taken"
      | "database_unreachable"
      | "database_in_use"
      | "database_of_another_state"
      | "cloudinary_not_configured"
      | "unknown_function",
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "StackError";
  }
}
