/** Why a command cannot go on; the message says what mends it and holds no secret. */
export class CommandError extends Error {
  /** @param exitCode 2 where the command line is wrong, otherwise 1. */
  constructor(readonly code: string, message: string, readonly exitCode = 1) {
    super(message);
    this.name = "CommandError";
  }
}
