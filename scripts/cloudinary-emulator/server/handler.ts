import { type Control, createControl } from "../control/routes.ts";
import type { Parts } from "../http/route.ts";
import { Failure } from "../shapes/failure.ts";
import { callAsPerson } from "./call-as-person.ts";
import { deliver } from "./deliver.ts";
import { serveApi } from "./serve-api.ts";

const CORS_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "*",
};

/** Makes the emulator's request handler: the API, delivery and the control surface. */
export function createHandler(parts: Parts): (request: Request) => Promise<Response> {
  const control = createControl(parts, (request) => callAsPerson(parts, request));
  return async (request) => {
    if (request.method === "OPTIONS") {
      return new Response(null, { status: 204, headers: CORS_HEADERS });
    }
    const response = await dispatch(parts, control, request);
    // Browsers upload straight to Cloudinary, from any origin.
    response.headers.set("access-control-allow-origin", "*");
    return response;
  };
}

async function dispatch(parts: Parts, control: Control, request: Request): Promise<Response> {
  const url = new URL(request.url);
  let decoded: string;
  try {
    decoded = decodeURIComponent(url.pathname);
  } catch {
    return failureResponse(new Failure(400, "Malformed path"));
  }
  // Decoded as a whole: SDKs send nested public_ids and even `resources/search` as one segment.
  const [, area, ...segments] = decoded.split("/");
  try {
    switch (area) {
      case "v1_1":
        return await serveApi(parts, request, url, segments);
      case "res":
        return deliver(parts, segments);
      case "_emulator":
        return await control(request, url, `/${segments.join("/")}`);
      default:
        return failureResponse(new Failure(404, "Not found"));
    }
  } catch (error) {
    if (error instanceof Failure) return failureResponse(error);
    throw error;
  }
}

function failureResponse(failure: Failure): Response {
  return Response.json({ error: { message: failure.message } }, { status: failure.status });
}
