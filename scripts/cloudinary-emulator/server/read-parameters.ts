import { readObject } from "../http/read-object.ts";
import { badRequest } from "../shapes/failure.ts";
import { Parameters } from "../shapes/parameters.ts";

/**
 * Reads the parameters of a request from its query string and its body (form, multipart or JSON).
 * A DELETE has a body too, and a GET may carry a form content type with no body.
 *
 * @throws Failure 400 when the body is malformed
 */
export async function readParameters(request: Request, url: URL): Promise<Parameters> {
  const parameters = new Parameters();
  for (const [name, value] of url.searchParams) parameters.add(name, value);
  if (request.method === "GET" || request.method === "HEAD" || request.body === null) {
    return parameters;
  }
  const contentType = request.headers.get("content-type") ?? "";
  if (contentType.startsWith("multipart/form-data")) {
    await readMultipart(request, parameters);
  } else if (contentType.startsWith("application/json")) {
    await readJson(request, parameters);
  } else {
    for (const [name, value] of new URLSearchParams(await request.text())) {
      parameters.add(name, value);
    }
  }
  return parameters;
}

async function readMultipart(request: Request, parameters: Parameters): Promise<void> {
  let form: FormData;
  try {
    form = await request.formData();
  } catch {
    throw badRequest("Invalid multipart body");
  }
  for (const [name, value] of form) {
    if (typeof value === "string") {
      parameters.add(name, value);
    } else {
      parameters.addFile(name, {
        name: value.name,
        bytes: new Uint8Array(await value.arrayBuffer()),
      });
    }
  }
}

async function readJson(request: Request, parameters: Parameters): Promise<void> {
  for (const [name, value] of Object.entries(await readObject(request))) {
    parameters.add(name, value);
  }
}
