/** An error answer in Cloudinary's form: `{"error":{"message":"…"}}` with a status. */
export class Failure extends Error {
  /**
   * @param status the HTTP status
   * @param message the sentence that the client sees
   */
  constructor(readonly status: number, message: string) {
    super(message);
    this.name = "Failure";
  }
}

/** 400: a parameter is missing or wrong. */
export function badRequest(message: string): Failure {
  return new Failure(400, message);
}

/** 404 for an asset, in Cloudinary's words. */
export function resourceNotFound(id: string): Failure {
  return new Failure(404, `Resource not found - ${id}`);
}
